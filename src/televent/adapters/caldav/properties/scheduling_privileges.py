"""RFC 6638 §6: the privileges of inbox and outbox, and who holds them.

Everybody with an account here may deliver invitations and answers: what is not wanted is declined or deleted. Who may
ask when the owner is busy, he says himself. From the outbox nobody sends but its owner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from televent.adapters.caldav.tree import Kind
from televent.domain.ids import AccountId

ASK: Final = "C:schedule-query-freebusy"
DELIVER: Final = ("C:schedule-deliver-invite", "C:schedule-deliver-reply")
PRIVILEGES: Final = {
    Kind.INBOX: ("C:schedule-deliver", *DELIVER, ASK),
    Kind.OUTBOX: ("C:schedule-send", "C:schedule-send-invite", "C:schedule-send-reply", "C:schedule-send-freebusy"),
}
"""What the owner holds, named one by one."""
DESCRIBED: Final = {
    "C:schedule-deliver": "Deliver scheduling messages",
    "C:schedule-deliver-invite": "Deliver invitations",
    "C:schedule-deliver-reply": "Deliver answers",
    ASK: "Ask when the owner is busy",
    "C:schedule-send": "Send scheduling messages",
    "C:schedule-send-invite": "Send invitations",
    "C:schedule-send-reply": "Send answers",
    "C:schedule-send-freebusy": "Ask when others are busy",
}


@dataclass(frozen=True, slots=True)
class Asking:
    """Who may ask when the owner of an inbox is busy: ``everyone``, and these ``people``."""

    everyone: bool
    people: Sequence[AccountId]
