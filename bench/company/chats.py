"""The chats of the company: people who write to the bot, and what the bot wrote to everybody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import httpx

from bench.company.ledger import Ledger
from bench.company.people import Person
from bench.load import LoadError

PATIENCE: Final = 60.0
"""Max seconds for one answer."""
TOGETHER: Final = 16
"""Requests to the stand-in at the same time."""
COLLECT: Final = 0.5
"""Seconds between two looks at the mails."""
TODAY: Final = "📅 Today"
"""The beginning of an answer to /today. Everybody has events on each of these days."""

Fits = Callable[[str], bool]


class Chats:
    """The stand-in of Telegram, by its control API."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.mails: list[dict[str, Any]] = []
        """The mails that came so far."""
        self._asked: dict[int, tuple[Fits, asyncio.Future[None]]] = {}

    async def open(self, people: Sequence[Person]) -> None:
        """Everybody with a chat has begun to talk to the bot."""

        async def one(person: Person) -> None:
            made = {"id": person.chat, "name": f"Person {person.number}", "language_code": "en", "started": True}
            (await self._http.post("/sandbox/people", json=made)).raise_for_status()

        await _some(one, [each for each in people if each.chat is not None])

    async def listen(self) -> None:
        """Notes which messages were answered, until it is cancelled."""
        after = int((await self._http.get("/sandbox")).json()["revision"])
        while True:
            found = (await self._http.get("/sandbox/changes", params={"after": after, "wait": 20})).json()
            after = found["revision"]
            for chat in found["chats"]:
                waiting = self._asked.get(chat["person"]["id"])
                if waiting is None or waiting[1].done():
                    continue
                said = (each.get("text", "") for each in chat["messages"] if each.get("from") == "bot")
                if any(waiting[0](text) for text in said):
                    waiting[1].set_result(None)

    async def ask(self, ledger: Ledger, due: float, person: Person, number: int) -> None:
        """Writes to the bot and waits for its answer. Raises LoadError."""
        assert person.chat is not None
        earlier = self._asked.get(person.chat)
        if earlier is not None:
            # A person reads an answer before they write again.
            await asyncio.wait([earlier[1]], timeout=PATIENCE)
        text, fits = question(person.number, number)
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked[person.chat] = fits, answered
        began = time.perf_counter() if earlier is not None else due
        (await self._http.post(f"/sandbox/people/{person.chat}/messages", json={"text": text})).raise_for_status()
        try:
            await asyncio.wait_for(answered, PATIENCE)
        except TimeoutError:
            raise LoadError(f"bot: no answer within {PATIENCE:g} s") from None
        ledger.note("bot", time.perf_counter() - began)

    async def said(self, people: Sequence[Person]) -> dict[int, list[str]]:
        """All that the bot has said, by the person's number."""
        said: dict[int, list[str]] = {}

        async def one(person: Person) -> None:
            answer = await self._http.get(f"/sandbox/people/{person.chat}/messages", params={"after": 0})
            messages: list[dict[str, Any]] = answer.json()["messages"]
            said[person.number] = [each["text"] for each in messages if each.get("from") == "bot"]

        await _some(one, [each for each in people if each.chat is not None])
        return said

    async def collect(self) -> None:
        """Takes over the mails that come, until it is cancelled. The stand-in keeps the newest thousand only."""
        after = 0
        while True:
            query = {"after": after, "wait": 20}
            found: list[dict[str, Any]] = (await self._http.get("/sandbox/mails", params=query)).json()
            if found and after and found[0]["id"] != after + 1:
                raise LoadError(f"the stand-in has forgotten {found[0]['id'] - after - 1} mails")
            self.mails += found
            after = found[-1]["id"] if found else after
            # A mail for itself each time would be a request for each.
            await asyncio.sleep(COLLECT)

    async def collected(self, since: int) -> list[dict[str, Any]]:
        """The mails since there were so many, once no more come."""
        count = -1
        while count != len(self.mails):
            count = len(self.mails)
            await asyncio.sleep(2 * COLLECT)
        return self.mails[since:]


def question(person: int, number: int) -> tuple[str, Fits]:
    """A message to the bot, and whether a text is its answer."""
    if number % 2:
        return "/today", lambda text: text.startswith(TODAY)
    title = "Lunch with Ann " + "".join(chr(97 + int(digit)) for digit in f"{person:05d}{number:06d}")
    return f"/create {title}, tomorrow at noon", lambda text: title in text


async def _some(work: Callable[[Person], Any], people: Sequence[Person]) -> None:
    left = iter(people)

    async def worker() -> None:
        for each in left:
            await work(each)

    async with asyncio.TaskGroup() as group:
        for _ in range(TOGETHER):
            group.create_task(worker())
