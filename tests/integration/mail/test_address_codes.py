"""A code that was mailed counts for a few attempts, however many come at once, and however often an update comes."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from support.town import Town
from televent.application.refusals import TryAgain, WrongCode
from televent.application.use_cases.people.accounts import claim_address, verify_address
from televent.domain.account.decide import MAX_WRONG_CODES

WORK = "ann@work.example.com"


def counted(town: Town) -> int:
    """The wrong codes that were counted."""
    with town.core.pool.connection() as connection:
        row = connection.execute("SELECT count(*) FROM event WHERE topic = 'code-mistyped/1'").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.own_database
def test_attempts_at_once_are_bounded_like_attempts_in_a_row(town: Town) -> None:
    ann = town.person("ann")
    claim_address(town.core.backend, ann.context(), address=WORK, code="123456")
    answers: Counter[str] = Counter()

    def guess(number: int) -> None:
        with suppress(WrongCode, TryAgain):
            verify_address(town.core.backend, ann.context(), address=WORK, code=f"{number:06d}")
            answers["verified"] += 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(guess, range(40)))
    assert counted(town) == MAX_WRONG_CODES
    with pytest.raises(WrongCode):
        verify_address(town.core.backend, ann.context(), address=WORK, code="123456")
    assert not answers
    later = ann.context()
    later = replace(later, now=later.now + timedelta(minutes=2))
    claim_address(town.core.backend, later, address=WORK, code="654321")
    verify_address(town.core.backend, later, address=WORK, code="654321")
    account = town.core.reads.account(ann.tenant)
    assert account is not None
    assert WORK in account.addresses


@pytest.mark.own_database
def test_an_update_that_comes_twice_counts_once(town: Town) -> None:
    ann = town.person("ann")
    claim_address(town.core.backend, ann.context(), address=WORK, code="123456")
    context = ann.context()
    for _ in range(MAX_WRONG_CODES + 1):
        with pytest.raises(WrongCode):
            verify_address(town.core.backend, context, address=WORK, code="000000")
    assert counted(town) == 1
    verify_address(town.core.backend, ann.context(), address=WORK, code="123456")
