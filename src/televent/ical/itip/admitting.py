"""Lets people into the organizer's copy whom the organizer did not invite: SPEC B6 and RFC 5546 §3.2.3."""

from __future__ import annotations

from typing import Final

from televent.ical.itip.parts import Parts, is_cancelled
from televent.ical.itip.people import attendees_of, served
from televent.ical.itip.results import Answer

MAX_LISTED: Final = 200
"""Max attendees of an event to which others can add themselves. Beyond it the organizer is asked."""
MAX_NAME: Final = 128
"""Max characters of the name by which a stranger lists themselves: it goes to every guest."""
MAX_ADDRESS: Final = 254
"""Max characters of an address that mail can go to (RFC 5321 §4.5.3.1.3)."""
_WILL_COME: Final = ("ACCEPTED", "TENTATIVE")


def may_join(copy: Parts, answer: Answer) -> bool:
    """Whether the sender of an uninvited *answer* to the whole event may be listed without a question: they will come,
    the event takes place, is scheduled from here, and has room."""
    return (
        answer.recurrence_id is None
        and answer.partstat in _WILL_COME
        and len(answer.address) <= MAX_ADDRESS
        and scheduled_here(copy)
        and not (copy.master is None or is_cancelled(copy.master))
        and all(len(attendees_of(component)) < MAX_LISTED for _, component in copy.items())
    )


def scheduled_here(copy: Parts) -> bool:
    """Whether the server sends the messages of this event. It does not for an imported one, whose other server may go
    on with it (SCHEDULE-AGENT, RFC 6638 §7.1)."""
    lines = [line for _, component in copy.items() if (line := component.get("ORGANIZER")) is not None]
    return bool(lines) and all(map(served, lines))


def admit(copy: Parts, answer: Answer) -> None:
    """Lists the sender of an uninvited *answer* as an attendee who has not answered."""
    name = " ".join((answer.cn or "").split())[:MAX_NAME]
    named = [("CN", (name,))] if name else []
    params = [("ROLE", ("REQ-PARTICIPANT",)), ("PARTSTAT", ("NEEDS-ACTION",)), ("RSVP", ("TRUE",)), *named]
    for _, component in copy.items():
        if answer.address not in attendees_of(component) and not is_cancelled(component):
            component.add(component.make("ATTENDEE", f"mailto:{answer.address}", params))
