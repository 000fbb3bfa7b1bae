"""Typed messages in the database: each is read back unchanged and has one handler. A bad one blocks no other."""

from __future__ import annotations

import ast
import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from support.event_store import NOON, Shop, open_shop
from support.reach import at_home
from televent.adapters.postgres.queues.outbox import BATCH, PostgresOutbox
from televent.adapters.telegram.app import make_bot
from televent.adapters.telegram.door import BotDoor
from televent.application.messages.catalogue import CATALOGUE, NAMES
from televent.application.messages.chat import ChatText
from televent.application.messages.message import Message
from televent.application.messages.outbox import Handler, OutboxMessage
from televent.application.messages.push import PushDue
from televent.runtime import bot, services
from televent.runtime.compose import build_core
from televent.runtime.workers.push import Push
from televent.runtime.workers.webhooks import outward_of, webhook_handlers
from televent.runtime.workers.worker import Courier
from televent.settings import load_settings

TESTS = Path(__file__).parents[2]
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url) as shop:
        yield shop


@pytest.fixture
def outbox(shop: Shop) -> PostgresOutbox:
    return PostgresOutbox(shop.pool, shop.wakeups)


def owe(shop: Shop, outbox: PostgresOutbox, *messages: Message) -> list[UUID]:
    owed = [OutboxMessage(uuid4(), f"key/{uuid4()}", message, NOON) for message in messages]
    outbox.enqueue(owed, shop.tenant, "request", NOON)
    return [each.outbox_id for each in owed]


def failed(outbox: PostgresOutbox) -> list[tuple[UUID, str, str]]:
    return [(row["id"], row["kind"], row["error"]) for row in outbox.listed(["failed"])]


def spoil(shop: Shop, outbox_id: UUID, payload: str) -> None:
    """Changes the row as another program or an operator may do."""
    shop.sql("UPDATE outbox SET payload = %s::jsonb WHERE outbox_id = %s", (payload, outbox_id))


def test_every_message_comes_back_as_it_was(shop: Shop, outbox: PostgresOutbox) -> None:
    files = [json.loads(path.read_text()) for path in sorted((TESTS / "golden" / "messages").glob("*.json"))]
    messages = [CATALOGUE.decode(each["name"], json.dumps(each["fields"])) for each in files]
    odd = "\\u0000 \\ \" \r\n\t 𝔘𝔫𝔦 \x7f \u2028 'x' $1 %s"
    messages.append(ChatText("party-crasher", {"": odd, "sender": odd * 1000}))
    ids = owe(shop, outbox, *messages)
    claimed = {each.outbox_id: each.message for each in outbox.claim(NOON, limit=100)}
    assert claimed == dict(zip(ids, messages, strict=True))


def test_a_nul_is_left_out_and_stops_nothing(shop: Shop, outbox: PostgresOutbox) -> None:
    owe(shop, outbox, ChatText("party-crasher", {"sender": "a\0b"}))
    (claimed,) = outbox.claim(NOON)
    assert claimed.message == ChatText("party-crasher", {"sender": "ab"})


def test_a_row_that_cannot_be_read_is_failed_and_the_others_are_claimed(shop: Shop, outbox: PostgresOutbox) -> None:
    spoilt = owe(shop, outbox, *[PushDue(uuid4()) for _ in range(3 * BATCH)])
    for outbox_id in spoilt:
        spoil(shop, outbox_id, '{"subscription_id": 7}')
    (good,) = owe(shop, outbox, PushDue(uuid4()))
    shop.sql("UPDATE outbox SET due_at = due_at + interval '1 second' WHERE outbox_id = %s", (good,))
    assert [each.outbox_id for each in outbox.claim(LATER, limit=BATCH)] == [good]
    assert outbox.counts() == {"failed": 3 * BATCH, "processing": 1}
    for outbox_id, name, reason in failed(outbox):
        assert (outbox_id in spoilt, name) == (True, "push/1")
        assert reason == ("push/1 cannot be read: ValidationError: Expected `uuid`, got `int` - at `$.subscription_id`")


@pytest.mark.parametrize(
    "payload", ["null", "7", "[]", "{}", '"text"', '{"subscription_id": "no uuid"}', '{"subscription": "x", "x": 1}']
)
def test_whatever_a_row_holds_its_claim_never_breaks(shop: Shop, outbox: PostgresOutbox, payload: str) -> None:
    (bad,) = owe(shop, outbox, PushDue(uuid4()))
    spoil(shop, bad, payload)
    assert outbox.claim(NOON) == []
    ((outbox_id, _, reason),) = failed(outbox)
    assert outbox_id == bad
    assert reason is not None
    assert reason.startswith("push/1 cannot be read")
    # After an operator has corrected it, it is tried again.
    spoil(shop, bad, json.dumps({"subscription_id": str(bad)}))
    assert outbox.requeue(bad, LATER)
    assert [each.message for each in outbox.claim(LATER)] == [PushDue(bad)]


def test_every_message_has_exactly_one_handler_among_those_the_processes_build(database_url: str) -> None:
    core = build_core(load_settings(), database_url)

    async def kinds() -> list[type[Message]]:
        push = Push(core)
        pushing = push.services()
        chat = make_bot("1001:token", None)
        try:
            handlers: list[Handler] = [
                *services.worker_handlers(core, services.mailer_of(core)),
                *push.handlers(pushing),
                *webhook_handlers(core, outward_of(core)),
                *bot.chat_handlers(core, chat, BotDoor(core.backend, core.run, at_home)),
            ]
        finally:
            await pushing.close()
            await chat.session.close()
        return [*Courier.kinds, *(kind for handler in handlers for kind in handler.kinds)]

    try:
        handled = Counter(asyncio.run(kinds()))
    finally:
        core.close()
    assert handled == Counter(NAMES.values())


def test_no_process_drains_the_outbox_with_other_handlers() -> None:
    given = [
        ast.unparse(call.args[1])
        for path in (TESTS.parent / "src" / "televent" / "runtime").glob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "drain"
    ]
    assert sorted(given) == [
        "chat_handlers(core, bot, door)",
        "push.handlers(services)",
        "webhook_handlers(core, outward)",
        "worker_handlers(core, mailer)",
    ]
