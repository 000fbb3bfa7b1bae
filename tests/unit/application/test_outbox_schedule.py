"""A message whose delivery failed gets a time for the next attempt, or becomes a failure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from televent.application.messages.outbox import (
    Claimed,
    Failed,
    GiveUp,
    RetryLater,
    TryAgainAt,
    Undeliverable,
    Undelivered,
    Verdict,
    after_failure,
)
from televent.application.messages.push import PushDue
from televent.application.outage import Outage
from televent.application.refusals import TryAgain
from televent.domain.ids import AccountId

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MESSAGE = Claimed(AccountId(UUID(int=1)), UUID(int=2), "push/1", "push/2", PushDue(UUID(int=3)), 1, "one", NOON, NOON)


def in_minutes(verdict: Verdict) -> float:
    assert isinstance(verdict, TryAgainAt)
    return (verdict.due_at - NOON) / timedelta(minutes=1)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16)])
def test_each_failure_doubles_the_wait(attempts: int, minutes: int) -> None:
    verdict = after_failure(replace(MESSAGE, attempts=attempts), OSError("no route"), NOON)
    assert verdict == TryAgainAt(NOON + timedelta(minutes=minutes), "OSError: no route")


def test_the_sixth_failure_is_the_last() -> None:
    assert after_failure(replace(MESSAGE, attempts=6), OSError("no route"), NOON) == Failed("OSError: no route")


def test_what_cannot_succeed_fails_at_once_with_its_reason() -> None:
    assert after_failure(MESSAGE, GiveUp("the mailbox is gone"), NOON) == Failed("the mailbox is gone")


def test_a_receiver_that_names_a_time_is_obeyed_and_costs_no_attempt() -> None:
    verdict = after_failure(replace(MESSAGE, attempts=6), RetryLater(120), NOON)
    assert in_minutes(verdict) == 2
    assert isinstance(verdict, TryAgainAt)
    assert not verdict.counted


def test_a_receiver_cannot_park_a_message_for_ever() -> None:
    assert in_minutes(after_failure(MESSAGE, RetryLater(1e12), NOON)) == 24 * 60
    old = replace(MESSAGE, attempts=6, created_at=NOON - timedelta(hours=25))
    assert isinstance(after_failure(old, RetryLater(1), NOON), Failed)


def test_a_reason_is_one_bounded_line_that_the_store_can_hold() -> None:
    verdict = after_failure(MESSAGE, OSError("a\0b\r\n" + "c" * 9999), NOON)
    assert isinstance(verdict, TryAgainAt)
    assert len(verdict.reason) == 500
    assert verdict.reason.startswith("OSError: ab ccc")


@pytest.mark.parametrize("outage", Outage.__subclasses__())
def test_an_outage_costs_no_attempt_until_it_looks_like_the_message_own_fault(outage: type[Outage]) -> None:
    verdict = after_failure(replace(MESSAGE, attempts=6), outage("57014: canceled"), NOON)
    assert verdict == TryAgainAt(
        NOON + timedelta(seconds=outage.retry_after), f"{outage.__name__}: 57014: canceled", counted=False
    )
    old = replace(MESSAGE, created_at=NOON - timedelta(hours=25))
    assert in_minutes(after_failure(old, outage(), NOON)) == 1
    assert isinstance(after_failure(replace(old, attempts=6), outage(), NOON), Failed)


def test_a_person_who_cannot_be_reached_is_no_failure() -> None:
    error = Undeliverable("the person has blocked the bot")
    assert after_failure(MESSAGE, error, NOON) == Undelivered("the person has blocked the bot")


def test_conflicts_between_our_own_writers_are_tried_again_at_once_and_cost_no_attempt() -> None:
    verdict = after_failure(replace(MESSAGE, attempts=6), TryAgain(), NOON)
    assert isinstance(verdict, TryAgainAt)
    assert timedelta(milliseconds=200) <= verdict.due_at - NOON < timedelta(milliseconds=400)
    assert not verdict.counted
    other = after_failure(replace(MESSAGE, outbox_id=UUID(int=501)), TryAgain(), NOON)
    assert isinstance(other, TryAgainAt)
    assert other.due_at != verdict.due_at
    old = replace(MESSAGE, attempts=6, created_at=NOON - timedelta(hours=25))
    assert isinstance(after_failure(old, TryAgain(), NOON), Failed)
