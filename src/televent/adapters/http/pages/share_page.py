"""The page behind the link of a mail about a calendar that somebody shares: the sharee accepts or declines it."""

from __future__ import annotations

from televent.adapters.http.pages.link_html import Answer, Form, choice_form, lines_page, say, short
from televent.application.backend import Backend
from televent.application.event_store.context import by_link
from televent.application.mail_records.answer_links import AnswerLink
from televent.application.read_models.accounts import AccountRow
from televent.application.refusals import NotShared
from televent.application.use_cases.calendars.sharing import answer_share
from televent.domain.sharing.access import READ_WRITE

ACCEPT, DECLINE = "accept", "decline"


def share_answer(backend: Backend, account: AccountRow, link: AnswerLink, language: str, form: Form | None) -> Answer:
    """The page, or the answer to its form. GET changes nothing. A choice can be changed by the same link."""
    title = say(language, "share-title")
    rows = backend.reads.shares_of(link.tenant)
    row = next((each for each in rows if each.share_id == link.stream_id and each.held is not None), None)
    if row is None or row.status not in ("offered", "accepted", "declined"):
        return Answer(404, lines_page(language, title, [say(language, "share-gone")]))
    access = say(language, "share-access-write" if row.held == READ_WRITE else "share-access-read")
    lead = "share-lead-team" if row.role else "share-lead"
    lines = [say(language, lead, name=short(row.owner_name), title=short(row.title), access=access)]
    words = {each: say(language, f"share-{each}") for each in (ACCEPT, DECLINE)}
    status, fault = row.status, ""
    if form is not None and form.choice not in words:
        fault = say(language, "answer-unread")
    elif form is not None:
        accept = form.choice == ACCEPT
        context = by_link(backend.ids(), link.tenant, backend.clock())
        try:
            answer_share(backend, context, share_id=link.stream_id, accept=accept)
        except NotShared:
            return Answer(404, lines_page(language, title, [say(language, "share-gone")]))
        status = "accepted" if accept else "declined"
    shown = choice_form(words, short(account.name), language, first=True)
    state = say(language, f"share-{status}")
    page = lines_page(language, short(row.title), lines, told=fault, state=state, form=shown)
    return Answer(400 if fault else 200, page)
