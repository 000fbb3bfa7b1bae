"""Updates by webhook, through the real bot, the sandbox's Bot API and the database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from support.reach import at_home
from televent.adapters.postgres.queues.chats.chat_book import PostgresChatBook
from televent.adapters.sandbox.config import SandboxConfig
from televent.adapters.sandbox.server import running
from televent.adapters.telegram.app import make_bot, make_dispatcher
from televent.adapters.telegram.dialogue_storage import DialogueStorage
from televent.adapters.telegram.door import BotDoor
from televent.adapters.telegram.receiving.webhook import Webhook
from televent.runtime.compose import Core, build_core
from televent.settings import load_settings

SECRET = "a-secret-of-the-webhook"
UPDATE = (
    b'{"update_id": 1, "message": {"message_id": 1, "date": 1795000000, "chat": {"id": 1001, "type": "private"},'
    b' "from": {"id": 1001, "is_bot": false, "first_name": "Ann", "language_code": "en"}, "text": "/start",'
    b' "entities": [{"type": "bot_command", "offset": 0, "length": 6}]}}'
)


@pytest.fixture
def core(database_url: str) -> Iterator[Core]:
    core = build_core(load_settings(), database_url)
    yield core
    core.close()


async def post(app: Webhook, body: bytes, secret: str, method: str = "POST") -> int:
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = [(b"x-telegram-bot-api-secret-token", secret.encode())]
    await app({"type": "http", "method": method, "headers": headers}, receive, send)
    return statuses[0]


def test_an_update_with_the_secret_is_handled_and_no_other(core: Core) -> None:
    async def scenario() -> None:
        async with running(SandboxConfig()) as sandbox:
            async with aiohttp.ClientSession() as http:
                person = {"id": 1001, "name": "Ann", "started": True}
                await http.post(f"{sandbox.url}/sandbox/people", json=person)
            bot = make_bot(sandbox.config.bot_token, sandbox.url)
            door = BotDoor(core.backend, core.run, at_home)
            dispatcher = make_dispatcher(door, DialogueStorage(PostgresChatBook(core.pool), core.run))
            app = Webhook(bot, dispatcher, SECRET)
            try:
                assert await post(app, UPDATE, "wrong") == 401
                assert await post(app, UPDATE, "") == 401
                assert await post(app, UPDATE, SECRET, "GET") == 405
                assert await post(app, b"{", SECRET) == 400
                assert await post(app, b"[]", SECRET) == 400
                assert core.reads.account_by_telegram(1001) is None
                assert await post(app, UPDATE, SECRET) == 200
                assert await post(app, UPDATE, SECRET) == 200  # Telegram may send an update twice
            finally:
                await bot.session.close()

    asyncio.run(scenario())
    account = core.reads.account_by_telegram(1001)
    assert account is not None
    assert account.name == "Ann"
    assert len(core.reads.accounts()) == 1


def test_an_update_that_always_fails_is_not_asked_for_again(core: Core) -> None:
    """Telegram repeats an update with any answer but 200, and sends the next ones late."""

    async def scenario() -> None:
        async with running(SandboxConfig()) as sandbox:
            bot = make_bot(sandbox.config.bot_token, sandbox.url)
            door = BotDoor(core.backend, core.run, at_home)
            app = Webhook(bot, make_dispatcher(door, DialogueStorage(PostgresChatBook(core.pool), core.run)), SECRET)
            try:
                async with aiohttp.ClientSession() as http:
                    person = {"id": 1001, "name": "Ann", "started": True}
                    await http.post(f"{sandbox.url}/sandbox/people", json=person)
                    for fault in (
                        {"status": 403},
                        {"status": 502, "page": "<html>Bad Gateway</html>"},
                        {"status": 400, "description": "Bad Request: chat not found"},
                    ):
                        await http.post(f"{sandbox.url}/sandbox/faults", json={"times": 9, **fault})
                        assert await post(app, UPDATE, SECRET) == 200
                        await http.delete(f"{sandbox.url}/sandbox/faults")
                assert await post(app, b'{"update_id": 2, "message": {"message_id": "x"}}', SECRET) == 200
                assert await post(app, b'{"update_id": 3, "of_a_new_kind": {}}', SECRET) == 200
                assert await post(app, b"{}", SECRET) == 200
            finally:
                await bot.session.close()

    asyncio.run(scenario())
