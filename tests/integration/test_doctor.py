"""``televent doctor`` tells of the operator's failures, and lets people choose what they like."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner

from support.sandbox import ANN, BOB, bot_of, sandbox_control, until
from support.town import NOON
from televent.adapters.telegram.door import BotDoor
from televent.application.event_store.context import Context
from televent.application.messages.chat import ChatText
from televent.application.messages.outbox import OutboxMessage
from televent.application.use_cases.people import accounts
from televent.cli import cli
from televent.domain.ids import AccountId
from televent.runtime import bot
from televent.runtime.compose import Core, build_core, now
from televent.runtime.worker import drain
from televent.settings import load_settings

pytestmark = pytest.mark.own_database


def findings(database_url: str, place: Path) -> dict[str, tuple[bool, str]]:
    environment = {"DATABASE_URL": database_url, "TELEVENT_DATA_DIR": str(place)}
    done = CliRunner().invoke(cli, ["doctor", "--json"], env=environment)
    return {each["check"]: (each["ok"], each["detail"]) for each in json.loads(done.stdout)}


def owe(core: Core, telegram_id: int) -> None:
    """Opens an account, and queues a message to its chat."""
    tenant = AccountId(uuid4())
    context = Context(tenant, str(tenant), "bot", now(), uuid4(), "request")
    accounts.open_account(core.backend, context, telegram_id=telegram_id, name="Ann")
    message = OutboxMessage(uuid4(), uuid4().hex, ChatText("help", {}), NOON)
    core.outbox.enqueue([message], tenant, "request", NOON)


async def deliver(core: Core, blocked: int, stranger: int) -> None:
    """Sends a message to a person who blocked the bot, and one to a person who never wrote to it."""
    async with sandbox_control() as control, bot_of(control) as chat:
        await control.say(blocked, "/start")
        await control.post(f"/sandbox/people/{blocked}/block", blocked=True)
        for each in (blocked, stranger):
            await core.run(owe, core, each)
        stop = asyncio.Event()
        door = BotDoor(core.backend, core.run, "http://localhost:3000")
        draining = asyncio.create_task(drain(core, bot.chat_handlers(core, chat, door), stop))

        async def settled() -> bool:
            return not {"pending", "processing"} & set(await core.run(core.outbox.counts))

        await until(settled, "both messages settled")
        stop.set()
        await draining


def test_people_who_cannot_be_reached_are_no_failure(database_url: str, tmp_path: Path) -> None:
    core = build_core(load_settings(), database_url)
    try:
        asyncio.run(deliver(core, ANN, BOB))
        assert core.outbox.counts() == {"undeliverable": 2}
        found = findings(database_url, tmp_path)
        assert found["outbox"] == (True, "0 failed (see: televent outbox list)")
        good, detail = found["unreachable"]
        assert (good, detail.partition(": ")[0]) == (True, "2 messages reached nobody")
        assert "the person has blocked the bot (1)" in detail
        assert "the person never wrote to the bot (1)" in detail
        # They are kept for as long as completed messages are.
        assert core.outbox.purge(now()) == 2
    finally:
        core.close()
