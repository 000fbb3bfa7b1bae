"""The page that turns off a kind of mail, and on again. A mail program presses its button by itself (RFC 8058)."""

from __future__ import annotations

from televent.adapters.http.pages.link_html import Answer, Form, choice_form, lines_page, say, short
from televent.application.backend import Backend
from televent.application.mail_records.answer_links import AnswerLink
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.people.turn_off import is_on, turn

ON = "on"


def off_answer(backend: Backend, account: AccountRow, link: AnswerLink, language: str, form: Form | None) -> Answer:
    """The page; after a form, with what has come of it. GET changes nothing, because mail scanners follow links.

    Each POST that does not say "on" turns the mails off: RFC 8058 §3.2 allows several forms of its body.
    """
    kind = link.off or ""
    on = is_on(kind, account.preferences) if form is None else turn(backend, link, on=form.choice == ON)
    state = "on" if on else "off"
    choice = {("off" if on else ON): say(language, f"off-{kind}-turn-{'off' if on else 'on'}")}
    return Answer(
        200,
        lines_page(
            language,
            say(language, f"off-{kind}-title"),
            [say(language, "off-again")] if not on else [],
            told=say(language, f"off-{kind}-{state}") if form is not None else "",
            state=say(language, f"off-{kind}-{state}") if form is None else "",
            form=choice_form(choice, short(account.name), language),
        ),
    )
