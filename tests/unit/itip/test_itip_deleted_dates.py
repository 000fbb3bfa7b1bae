"""An attendee deletes an occurrence of a series, and answers the series: the organizer knows both (RFC 6638 §3.2.2)."""

from datetime import UTC, datetime

import pytest

from support.as_bytes import apply_answer, attendee_messages, mend_attendee_put, read_parts, receive
from support.weekly_meeting import ANN, BOB, CY, agree, plan, shown
from televent.ical.itip.overlay import exclude
from televent.ical.itip.precedence import EMPTY

RID = "20261130T090000Z"


@pytest.mark.parametrize("last", ["ACCEPTED", "TENTATIVE"])
def test_a_date_that_was_deleted_while_all_were_declined_stays_declined(last: str) -> None:
    organizer = copy = plan("Sync", 9, {}, frozenset(), {BOB: True, CY: False})
    clock = datetime(2026, 11, 1, 8, tzinfo=UTC)

    def changed(new: bytes, minute: int) -> None:
        """Bob stores a new text, and the REPLY comes to Ann."""
        nonlocal organizer, copy
        now = clock.replace(minute=minute)
        for message in attendee_messages(copy, new, me=[BOB], dtstamp=now):
            applied = receive(organizer, message.text, me=[ANN], now=now, known=EMPTY)
            assert applied.text is not None
            organizer = applied.text
        copy = new

    changed(apply_answer(copy, me=[BOB], partstat="DECLINED", recurrence_id=None, now=clock), 1)
    parts = read_parts(copy)
    exclude(parts, RID)
    changed(mend_attendee_put(copy, parts.root.to_bytes(), me=[BOB], known=EMPTY), 2)
    changed(apply_answer(copy, me=[BOB], partstat=last, recurrence_id=None, now=clock), 3)
    assert RID not in shown(copy, BOB)
    assert shown(organizer, BOB)[RID][2] == "DECLINED"
    assert agree(copy, organizer, BOB)
