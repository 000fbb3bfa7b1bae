"""RFC 6638 §6: the privileges of inbox and outbox, and the accounts that have them.

Every account of this server may deliver invitations and replies; the attendee can decline or delete them. The owner
decides who may read their free/busy times. Only the owner may send from the outbox.
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
"""The privileges of the owner. Each one is listed, because clients do not infer contained privileges."""
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
class FreeBusyAudience:
    """The accounts that may read the free/busy times of an inbox's owner: ``everyone`` here, or these ``people``."""

    everyone: bool
    people: Sequence[AccountId]
