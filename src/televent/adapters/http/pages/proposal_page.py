"""The page behind the link of a proposal's mail: the organizer accepts another time, or keeps the time."""

from __future__ import annotations

from typing import Final

from televent.adapters.http.pages.link_html import Answer, Form, again, choice_form, lines_page, say, short
from televent.application.backend import Backend
from televent.application.mail_records.answer_links import AnswerLink
from televent.application.read_models.accounts import AccountRow
from televent.application.refusals import MeetingIsCancelled, NotOrganizer, ProposalRefusal, UnknownResource
from televent.application.use_cases.scheduling.proposal_by_link import answer_proposal, proposal_of_link
from televent.application.use_cases.scheduling.proposals import Standing
from televent.domain.calendar_object.details import Details
from televent.wording.changes import time_of
from televent.wording.display import Display
from televent.wording.times import when_of

MAX_NOTE: Final = 500
"""Max characters of a note."""
ACCEPT, KEEP = "accept", "keep"


def proposal_answer(
    backend: Backend, account: AccountRow, link: AnswerLink, display: Display, form: Form | None
) -> Answer:
    """The page, or the answer to its form."""
    language, standing = display.language, proposal_of_link(backend, link)
    if standing is None:
        return Answer(404, lines_page(language, say(language, "proposal-title"), [say(language, "proposal-gone")]))
    if form is None:
        return Answer(200, _page(standing, account, display))
    if form.choice not in (ACCEPT, KEEP):
        return Answer(400, _page(standing, account, display, say(language, "answer-unread")))
    if len(form.note) > MAX_NOTE:
        long = say(language, "answer-note-long", limit=MAX_NOTE, length=len(form.note))
        return Answer(400, _page(standing, account, display, long))
    try:
        answer_proposal(backend, link, accept=form.choice == ACCEPT, comment=form.note or None)
    except (ProposalRefusal, MeetingIsCancelled, NotOrganizer, UnknownResource):
        now = proposal_of_link(backend, link) or standing
        return Answer(409, _page(now, account, display, say(language, "proposal-not-so")))
    return again(link.token)


def _page(standing: Standing, account: AccountRow, display: Display, told: str = "") -> str:
    language, proposal = display.language, standing.proposal
    was, now = proposal.was, proposal.now
    lines = [say(language, "proposal-by", name=short(proposal.name or proposal.attendee))]
    lines.append(say(language, "proposal-was", when=_when(was, display)))
    lines.append(say(language, "proposal-now", when=_when(now, display)))
    if now is not None and now.place and (was is None or was.place != now.place):
        lines.append(say(language, "answer-place", place=short(now.place)))
    if proposal.comment:
        lines.append(f"“{short(proposal.comment)}”")
    title = was.title if was is not None else ""
    if proposal.answer is not None:
        return lines_page(language, title, lines, told=told, state=say(language, f"proposal-{proposal.answer}"))
    open_ = not (standing.outdated or standing.whole_series)
    choices = {each: say(language, f"proposal-{each}") for each in ((ACCEPT, KEEP) if open_ else (KEEP,))}
    state = "" if open_ else say(language, "proposal-outdated" if standing.outdated else "proposal-series")
    note = say(language, "proposal-note")
    form = choice_form(choices, short(account.name), language, note=note, max_note=MAX_NOTE)
    return lines_page(language, title, lines, told=told, state=state, form=form)


def _when(details: Details | None, display: Display) -> str:
    start = time_of(details.start) if details is not None else None
    end = time_of(details.end) if details is not None else None
    return when_of(start, end if end is not None else start, display) if start is not None else "–"
