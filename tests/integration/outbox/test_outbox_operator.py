"""The operator looks at messages of the outbox, retries them and drops them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result

from support.event_store import NOON, Shop, open_shop, owed
from televent.adapters.postgres.queues.outbox import PostgresOutbox
from televent.application.messages.outbox import Failed
from televent.cli import cli

Run = Callable[..., Result]


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url, connections=4) as shop:
        yield shop


@pytest.fixture
def outbox(shop: Shop) -> PostgresOutbox:
    return PostgresOutbox(shop.pool, shop.wakeups)


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return lambda *arguments: CliRunner().invoke(cli, ["outbox", *map(str, arguments)])


def failed(shop: Shop, outbox: PostgresOutbox, count: int = 1) -> list[UUID]:
    outbox.enqueue([owed(key=f"mail/{uuid4()}") for _ in range(count)], shop.tenant, "request", NOON)
    claimed = outbox.claim(NOON + timedelta(minutes=1), limit=count)
    for each in claimed:
        outbox.settle_failure(each, Failed("no route"), NOON)
    return [each.outbox_id for each in claimed]


def states(outbox: PostgresOutbox) -> dict[str, int]:
    return outbox.counts()


def test_a_failed_message_is_listed_shown_and_queued_again(shop: Shop, outbox: PostgresOutbox, run: Run) -> None:
    (broken,) = failed(shop, outbox)
    assert f"{broken}  email/1  failed, attempt 1" in run("list").output
    assert run("list", "--state", "pending").output.strip() == "failed        1"
    assert json.loads(run("list", "--kind", "email", "--json").stdout)["messages"][0]["error"] == "no route"
    assert json.loads(run("list", "--kind", "push", "--json").stdout)["messages"] == []
    shown = run("show", broken)
    assert "no route" in shown.output
    assert "correlation_id   request" in shown.output
    assert run("requeue", broken).exit_code == 0
    assert states(outbox) == {"pending": 1}


def test_a_dropped_message_is_never_delivered_and_can_be_taken_back(
    shop: Shop, outbox: PostgresOutbox, run: Run
) -> None:
    (broken,) = failed(shop, outbox)
    assert run("drop", broken).output.strip() == f"{broken} is dropped."
    assert outbox.claim(NOON + timedelta(days=1)) == []
    assert outbox.listed(["undeliverable"])[0]["error"] == "dropped by the operator"
    assert "waits or has failed" in str(run("drop", broken).exception)
    assert run("requeue", broken).exit_code == 0
    assert len(outbox.claim(NOON + timedelta(days=400))) == 1


def test_a_message_that_a_worker_handles_is_not_dropped(shop: Shop, outbox: PostgresOutbox, run: Run) -> None:
    outbox.enqueue([owed()], shop.tenant, "request", NOON)
    (claimed,) = outbox.claim(NOON + timedelta(minutes=1))
    assert run("drop", claimed.outbox_id).exit_code != 0
    assert states(outbox) == {"processing": 1}


@pytest.mark.parametrize(("kind", "touched"), [("", 3), ("email", 3), ("push", 0)])
@pytest.mark.parametrize("command", ["requeue", "drop"])
def test_all_failed_messages_of_a_kind(
    shop: Shop, outbox: PostgresOutbox, run: Run, command: str, kind: str, touched: int
) -> None:
    failed(shop, outbox, 3)
    assert run(command, "--failed", "--kind", kind).output.startswith(f"{touched} messages are ")
    assert states(outbox).get("failed", 0) == 3 - touched


@pytest.mark.parametrize("arguments", [("requeue",), ("drop",), ("drop", uuid4(), "--failed"), ("drop", "--kind", "x")])
def test_a_choice_that_says_nothing_is_refused(run: Run, arguments: Sequence[object]) -> None:
    result = run(*arguments)
    assert (result.exit_code, "Name messages by their ids" in result.output) == (2, True)


@pytest.mark.parametrize("command", ["show", "requeue", "drop"])
def test_a_message_that_is_not_there_is_named(run: Run, command: str) -> None:
    missing = uuid4()
    result = run(command, missing)
    assert result.exit_code != 0
    assert str(missing) in result.output or str(missing) in str(result.exception)
