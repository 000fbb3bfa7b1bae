"""A proposal for a whole series, such as Outlook sends: accepted, it moves every date by the difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from copies import ANN, BOB, NOON, Copy, meeting, messages, says

from televent.domain.calendar_object.commands import ReceiveMessage
from televent.domain.calendar_object.proposals import AcceptProposal, DeclineProposal, Proposed
from televent.domain.calendar_object.propose import can_move, moves_series
from televent.domain.calendar_object.refusals import SeriesProposal, TimeIsOver
from televent.ical.itip.precedence import Trust

THREE = datetime(2026, 12, 1, 15, tzinfo=UTC)
WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"


def arrives(copy: Copy, text: bytes) -> ReceiveMessage:
    return replace(copy.receive(text), now=NOON, trust=Trust.T3)


def accept(copy: Copy, proposal: Proposed, now: datetime = NOON) -> AcceptProposal:
    return AcceptProposal(copy.me.addresses, proposal.key, now)


def decline(copy: Copy, proposal: Proposed) -> DeclineProposal:
    return DeclineProposal(copy.me.addresses, proposal.key, None, NOON)


def test_a_proposal_for_a_whole_series_moves_all_dates_by_the_difference() -> None:
    weekly = Copy(ANN).given(Copy(ANN).put(meeting(WEEKLY)))
    counter = meeting(WEEKLY, method="COUNTER", people=(says(BOB, "TENTATIVE"),), hour=15, sent="20261121T130000Z")
    told = weekly.given(arrives(weekly, counter))
    proposal = told.state.proposals[0]
    assert moves_series(told.state, proposal)
    assert can_move(told.state, proposal, NOON)
    decision = told.when(accept(told, proposal))
    assert [name for name, *_ in messages(decision)] == ["REQUEST", "REQUEST"]
    after = told.given(accept(told, proposal))
    (master,) = after.state.text.reading.instances()
    assert master.start == THREE
    assert master.rrule == "FREQ=WEEKLY;COUNT=4"
    # The first dates are over; the series goes on.
    later = told.when(accept(told, proposal, THREE + timedelta(days=8)))
    assert later.facts
    with pytest.raises(TimeIsOver):
        told.when(accept(told, proposal, THREE + timedelta(days=40)))
    assert told.when(decline(told, proposal)).messages


def test_a_series_whose_rule_cannot_move_like_that_is_not_moved() -> None:
    monthly = "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=4"
    series = Copy(ANN).given(Copy(ANN).put(meeting(monthly)))
    text = meeting(monthly, method="COUNTER", people=(says(BOB, "TENTATIVE"),), sent="20261121T130000Z")
    counter = text.replace(b"20261201T10", b"20261231T10").replace(b"20261201T11", b"20261231T11")
    told = series.given(arrives(series, counter))
    (proposal,) = told.state.proposals
    assert not can_move(told.state, proposal, NOON)
    with pytest.raises(SeriesProposal):
        told.when(accept(told, proposal))
    assert told.when(decline(told, proposal)).messages
