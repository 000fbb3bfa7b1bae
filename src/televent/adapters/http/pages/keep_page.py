"""The page behind the link in a mail about an erasure: it keeps the account."""

from __future__ import annotations

from televent.adapters.http.pages.link_html import Answer, Form, choice_form, lines_page, say, short
from televent.application.backend import Backend
from televent.application.mail_records.answer_links import AnswerLink
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.people.erasure import keep_by_link
from televent.wording.display import Display
from televent.wording.times import moment_of


def keep_answer(backend: Backend, account: AccountRow, link: AnswerLink, display: Display, form: Form | None) -> Answer:
    """The page; a form keeps the account. GET changes nothing, because mail scanners follow links."""
    language = display.language
    if form is not None:
        keep_by_link(backend, link)
    if form is not None or account.erase_at is None:
        page = lines_page(language, say(language, "keep-title"), [], state=say(language, "keep-kept"))
        return Answer(200, page)
    asked = say(language, "keep-asked", at=moment_of(account.erase_at, display))
    choices = choice_form({"keep": say(language, "keep-button")}, short(account.name), language, first=True)
    return Answer(200, lines_page(language, say(language, "keep-title"), [asked], form=choices))
