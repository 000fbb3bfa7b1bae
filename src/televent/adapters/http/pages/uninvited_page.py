"""The page behind the link of a mail about a person who would come uninvited: the organizer decides."""

from __future__ import annotations

from televent.adapters.http.pages.link_html import Answer, Form, choice_form, lines_page, say, short
from televent.application.backend import Backend
from televent.application.event_store.context import by_link
from televent.application.mail_records.answer_links import AnswerLink
from televent.application.read_models.accounts import AccountRow
from televent.application.refusals import InvalidAddress, NotOrganizer, TooManyAttendees, UnknownResource
from televent.application.use_cases.scheduling.guests import INVITED, Fate
from televent.application.use_cases.scheduling.uninvited import (
    Uninvited,
    admit_uninvited,
    mark_of,
    refuse_uninvited,
    uninvited_of,
)

INVITE, REFUSE = "invite", "refuse"


def uninvited_answer(
    backend: Backend, account: AccountRow, link: AnswerLink, language: str, form: Form | None
) -> Answer:
    """The page, or the answer to its form. GET changes nothing."""
    mark = mark_of(link.uninvited or "")
    try:
        person = uninvited_of(backend, link.tenant, link.stream_id, mark)
    except (UnknownResource, NotOrganizer):
        return Answer(404, lines_page(language, say(language, "uninvited-title"), [say(language, "uninvited-gone")]))
    if form is None:
        return Answer(200, _page(backend, person, account, language))
    if form.choice not in _choices(person, language):
        return Answer(400, _page(backend, person, account, language, say(language, "answer-unread")))
    context = by_link(backend.ids(), link.tenant, backend.clock())
    try:
        if form.choice == REFUSE:
            refuse_uninvited(backend, context, stream_id=link.stream_id, mark=mark)
            return Answer(
                200, _page(backend, person, account, language, say(language, "uninvited-refused"), decided=True)
            )
        _, fate = admit_uninvited(backend, context, stream_id=link.stream_id, mark=mark)
    except (UnknownResource, NotOrganizer, TooManyAttendees, InvalidAddress):
        return Answer(409, _page(backend, person, account, language, say(language, "uninvited-not-so")))
    done = fate in INVITED or fate is Fate.ALREADY
    said = "uninvited-there" if fate is Fate.ALREADY else "uninvited-invited" if done else "uninvited-cannot"
    return Answer(200 if done else 409, _page(backend, person, account, language, say(language, said), decided=True))


def _choices(person: Uninvited, language: str) -> dict[str, str]:
    """The buttons. A delegate who has not written need not be refused: to leave the page is enough."""
    if person.invited:
        return {}
    words = (INVITE, REFUSE) if person.wrote else (INVITE,)
    return {each: say(language, f"uninvited-{each}") for each in words}


def _page(
    backend: Backend, person: Uninvited, account: AccountRow, language: str, told: str = "", *, decided: bool = False
) -> str:
    names = {
        "person": short(backend.people.shown(person.address)),
        "delegator": short(backend.people.shown(person.delegator or "")),
    }
    lead = "uninvited-lead" if person.delegator is None else "uninvited-lead-delegate"
    choices = {} if decided else _choices(person, language)
    return lines_page(
        language,
        short(person.title) or say(language, "answer-no-title"),
        [say(language, lead, **names)],
        told=told,
        state=say(language, "uninvited-there") if person.invited and not told else "",
        form=choice_form(choices, short(account.name), language) if choices else "",
    )
