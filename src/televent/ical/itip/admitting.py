"""Lets people into the organizer's copy whom the organizer did not invite: SPEC B6 and RFC 5546 §3.2.3."""

from __future__ import annotations

from typing import Final

from televent.ical.itip.parts import Parts, is_cancelled
from televent.ical.itip.people import attendees_of
from televent.ical.itip.results import Answer

MAX_LISTED: Final = 200
"""Max attendees of an event to which others can add themselves. Beyond it the organizer is asked."""


def admit(copy: Parts, answer: Answer) -> bool:
    """Adds the sender of an uninvited *answer* as an attendee who has not answered; False where too many are listed.

    The answer itself is applied as that of any attendee.
    """
    if any(len(attendees_of(component)) >= MAX_LISTED for _, component in copy.items()):
        return False
    named = [("CN", (answer.cn,))] if answer.cn else []
    params = [("ROLE", ("REQ-PARTICIPANT",)), ("PARTSTAT", ("NEEDS-ACTION",)), ("RSVP", ("TRUE",)), *named]
    for _, component in copy.items():
        if answer.address not in attendees_of(component) and not is_cancelled(component):
            component.add(component.make("ATTENDEE", f"mailto:{answer.address}", params))
    return True
