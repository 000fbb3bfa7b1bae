"""The inline projection of the people with whom an account has meetings.

They are the people whom the account invited, and the organizers whose invitations it accepted, also tentatively. An
invitation alone does not count, because a stranger could send one (RFC 6638 §11.4).
"""

from __future__ import annotations

from collections.abc import Sequence

from televent.application.read_models.company import ChangeCompany
from televent.application.read_models.writes import Write
from televent.domain.calendar_object.events import (
    AttendeeInvited,
    AttendeeRemoved,
    CalendarObjectEvent,
    EventCreated,
    Outline,
    PersonForgotten,
)
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import StreamKey

_WILLING = frozenset({"ACCEPTED", "TENTATIVE", "IN-PROCESS", "COMPLETED"})
MAX_ADDRESS = 320
"""Max characters of an address in a row. No account has a longer one, and an index bounds the size of its rows."""


def company_writes(
    key: StreamKey, before: CalendarObject, after: CalendarObject, facts: Sequence[CalendarObjectEvent]
) -> list[Write]:
    """The rows that change with a calendar object's facts. A deleted object's rows stay, but readers ignore them."""
    # A new stream has no rows to replace. Most events have no attendees, and then nothing is written.
    replaced = before.outline is not None and any(isinstance(fact, EventCreated) for fact in facts)
    added: dict[str, None] = {}
    removed: dict[str, None] = {}
    for fact in facts:
        match fact:
            case AttendeeInvited():
                added[fact.address] = None
                removed.pop(fact.address, None)
            case AttendeeRemoved() if fact.entirely:
                removed[fact.address] = None
                added.pop(fact.address, None)
            case PersonForgotten():
                removed |= dict.fromkeys(fact.addresses)
            case _:
                continue
    then, now = (None if replaced else _host(before.outline)), _host(after.outline)
    if then != now:
        added |= {now: None} if now is not None else {}
        removed |= {then: None} if then is not None else {}
    if not (replaced or added or removed):
        return []
    return [ChangeCompany(key.tenant, key.stream, replaced, tuple(filter(_storable, added)), tuple(removed))]


def _host(outline: Outline | None) -> str | None:
    """The organizer whose invitation the owner accepted; None without one."""
    if outline is None or outline.role != "attendee" or (outline.partstat or "").upper() not in _WILLING:
        return None
    return outline.organizer


def _storable(address: str) -> bool:
    return len(address) <= MAX_ADDRESS and "\x00" not in address
