"""A person of a meeting was erased: in the copies of others a placeholder stands for them (ADR 78)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from televent.domain.calendar_object.commands import Owner
from televent.domain.calendar_object.decision import outline_of
from televent.domain.calendar_object.events import PersonForgotten
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.calendar_object.text_change import change_between
from televent.ical.editing.placeholder import named_in, with_placeholder


@dataclass(frozen=True, slots=True)
class ForgetPerson:
    """Put the placeholder with this address in the place of the person with the addresses ``gone``. ``owner``: the
    copy's."""

    owner: Owner
    gone: frozenset[str]
    placeholder: str


def forget(state: CalendarObject, command: ForgetPerson) -> list[PersonForgotten]:
    """One fact, without any message; none where the person does not stand in the copy. A deleted copy too forgets,
    because it may come back from the trash."""
    if state.outline is None:
        return []
    gone = command.gone - command.owner.addresses
    found = gone & known_in(state)
    if not found:
        return []
    text = with_placeholder(state.text, gone, command.placeholder)
    outline = replace(outline_of(text.reading, command.owner), role=state.outline.role)
    return [PersonForgotten(tuple(sorted(found)), outline, change_between(state.text, text))]


def known_in(state: CalendarObject) -> frozenset[str]:
    """The addresses of people in a copy: in its text, and in what it knows beside it. Raises IcalError."""
    marked = {address for address, _ in state.marks}
    beside = marked | {each.attendee for each in state.proposals} | {sender for _, sender in state.parked}
    return named_in(state.text) | beside
