"""Thousands of generated calls of all operations: no 5xx, and nothing that the OpenAPI document does not say."""

from __future__ import annotations

import pytest

from support.contract import the_contract
from support.contract_calls import LEFT_OUT, Calls, call_all
from support.contract_stage import staged
from support.dav import Site
from televent.adapters.rest.contract.document import operations

PARTS = 4


def told(calls: Calls) -> str:
    """The wrong answers, by operation."""
    return "\n\n".join(f"{name}:\n" + "\n".join(found) for name, found in calls.wrong.items())


@pytest.mark.parametrize("part", range(PARTS))
def test_two_thousand_calls_find_nothing_that_is_not_written(site: Site, part: int) -> None:
    calls = call_all(staged(site), 25, part=part, parts=PARTS)
    assert calls.wrong == {}, told(calls)
    assert calls.statuses.total() > 400


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_twenty_thousand_calls_find_nothing_that_is_not_written(site: Site, part: int) -> None:
    calls = call_all(staged(site), 250, part=part, parts=PARTS, start=1)
    assert calls.wrong == {}, told(calls)
    assert calls.statuses.total() > 4_000


def test_operations_that_are_left_out_are_there() -> None:
    assert LEFT_OUT.keys() <= {operation["operationId"] for _, _, operation in operations(the_contract())}
