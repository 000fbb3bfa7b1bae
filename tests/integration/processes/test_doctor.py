"""``televent doctor`` tells of the operator's failures, and lets people choose what they like."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from support.attachments import add, put
from support.dav import open_site
from support.doctor import findings
from support.reach import at_home
from support.sandbox import ANN, BOB, bot_of, sandbox_control, until
from support.town import NOON
from televent.adapters.telegram.door import BotDoor
from televent.application.event_store.context import Context
from televent.application.messages.chat import ChatText
from televent.application.messages.outbox import OutboxMessage
from televent.application.use_cases.people import accounts
from televent.domain.ids import AccountId
from televent.runtime import bot
from televent.runtime.compose import Core, build_core, now
from televent.runtime.workers.worker import drain
from televent.settings import load_settings

pytestmark = pytest.mark.own_database


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
        door = BotDoor(core.backend, core.run, at_home)
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


def test_attachments_of_another_origin_than_the_public_url_are_named(database_url: str, tmp_path: Path) -> None:
    with open_site(database_url) as site:
        ann = site.person(1)
        put(ann)
        for host in ("192.0.2.7:3000", "192.0.2.7:3000", "cal.example.com"):
            assert add(ann, Host=host).status == 201
        assert "attachments" not in findings(database_url, tmp_path)
        good, detail = findings(database_url, tmp_path, PUBLIC_URL="http://cal.example.com")["attachments"]
        assert good
        assert "2 were uploaded at another origin than PUBLIC_URL: http://192.0.2.7:3000 (2)" in detail
        _, detail = findings(database_url, tmp_path, PUBLIC_URL="http://cal.example.com/cal")["attachments"]
        assert "http://192.0.2.7:3000 (2), http://cal.example.com (1)" in detail
