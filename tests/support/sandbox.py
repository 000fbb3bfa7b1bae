"""A sandbox for a test, and the acts of people in it, over its real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from support.chat_phone import Phone
from support.waiting import NET
from televent.adapters.sandbox.config import SandboxConfig
from televent.adapters.sandbox.server import Sandbox, running

ANN, BOB, EVE = 1001, 1002, 1003


async def until(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    """Asks again until the condition is true; fails the test when it never is."""
    try:
        async with asyncio.timeout(NET):
            # The state is behind HTTP, so there is no event to wait for.
            while not await condition():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"not so within {NET:g} s: {what}") from None


@dataclass
class Control:
    """The control API, as a test speaks it."""

    sandbox: Sandbox
    http: httpx.AsyncClient

    async def post(self, path: str, **fields: Any) -> Any:
        """POST a JSON body and return the answer's; fails the test on a refusal."""
        answer = await self.http.post(path, json=fields)
        assert answer.is_success, answer.text
        return answer.json()

    async def get(self, path: str, **query: Any) -> Any:
        """GET as JSON; fails the test on a refusal."""
        answer = await self.http.get(path, params=query)
        assert answer.is_success, answer.text
        return answer.json()

    async def say(self, person: int, text: str) -> Any:
        """Send a text to the bot."""
        return await self.post(f"/sandbox/people/{person}/messages", text=text)

    async def tap(self, person: int, **which: Any) -> Any:
        """Tap a button and wait for the bot's answer to it."""
        tapped = await self.post(f"/sandbox/people/{person}/taps", **which)
        return await self.get(f"/sandbox/taps/{tapped['callback_query_id']}", wait=20)

    async def heard(self, person: int, text: str, after: int = 0) -> Any:
        """Wait until the bot has written this text to the person, as a new message or by an edit."""
        seen: list[str] = []
        for _ in range(20):
            found = await self.get(f"/sandbox/people/{person}/messages", after=after, wait=10)
            for message in found["messages"]:
                if not message["deleted"] and message["from"] == "bot" and text in message["text"]:
                    return message
                seen.append(message.get("text", ""))
            after = found["revision"]
        raise AssertionError(f"the bot did not say {text!r} but {seen}")

    def phone(self, person: int, group: int | None = None) -> Phone:
        """The phone of a person, open at the chat with the bot, or at the group with this number."""
        return Phone(self, person, group)

    async def fault(self, kind: str, **fields: Any) -> None:
        """Order a fault by its name: flood, bad_gateway, timeout_before, timeout_after, slow, blocked, deactivated,
        kicked, too_old (the answer to a tap), gone (an edited message); or storm, which is one of the first four by
        chance for each call. With ``share=0.1, seed=7`` it meets a tenth of the calls until it is forgotten."""
        await self.post("/sandbox/faults", kind=kind, **fields)

    async def hidden(self) -> list[dict[str, Any]]:
        """The messages that arrived while the bot heard no success: ``method``, ``chat_id``, ``message_id``."""
        found: list[dict[str, Any]] = (await self.get("/sandbox/faults"))["hidden_deliveries"]
        return found

    async def called(self, method: str) -> None:
        """Wait until the bot has called this method."""

        async def made() -> bool:
            return any(call["method"] == method for call in await self.get("/sandbox/calls"))

        await until(made, f"a call of {method}")

    async def call(self, method: str, **fields: Any) -> httpx.Response:
        """A call of the Bot API, with nothing but HTTP between."""
        path = f"/bot{self.sandbox.config.bot_token}/{method}"
        # httpx would refuse what a careless client can well write: half a surrogate pair.
        return await self.http.post(path, content=json.dumps(fields), headers={"Content-Type": "application/json"})


@asynccontextmanager
async def sandbox_control(config: SandboxConfig | None = None, **changes: Any) -> AsyncIterator[Control]:
    """A sandbox on free ports, and its control API."""
    async with (
        running(replace(config or SandboxConfig(), **changes)) as sandbox,
        # There is no TLS here, and reading the certificates of all authorities takes longer than most tests.
        httpx.AsyncClient(base_url=sandbox.url, timeout=NET, trust_env=False, verify=False) as http,
    ):
        yield Control(sandbox, http)


@asynccontextmanager
async def bot_of(control: Control, token: str | None = None) -> AsyncIterator[Bot]:
    """aiogram's own client, its base URL pointed at the sandbox."""
    server = TelegramAPIServer.from_base(control.sandbox.url)
    async with Bot(token or control.sandbox.config.bot_token, AiohttpSession(api=server)) as bot:
        yield bot
