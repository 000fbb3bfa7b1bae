"""People who talk to the bot: the real bot and worker, polling the Bot API stand-in, in a thread of the test.

A test is written as a conversation: ``ann.says("/today")``, ``ann.hears("Today")``, ``ann.taps("Accept")``. The clock
stands still, and a test moves it. While a test waits for a message, it moves by itself: what was put off for a second
comes.
"""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from unittest import mock
from uuid import uuid4

from support.chat_phone import Phone
from support.passwords import CHEAP_PASSWORDS
from support.sandbox import Control, sandbox_control
from support.waiting import NET
from televent.adapters.postgres.queues.chats.chat_book import PostgresChatBook
from televent.adapters.postgres.queues.chats.chat_pace import PostgresChatPace
from televent.adapters.postgres.rate_limit import Rate
from televent.adapters.postgres.wakeup import OUTBOX, REMINDERS
from televent.adapters.telegram.handlers.welcome.steps import ZONE_ASKED
from televent.application.event_store.context import Context
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.people.accounts import open_account, verify_address
from televent.domain.ids import AccountId
from televent.runtime.compose import Core, build_core
from televent.runtime.services import bot as serve_bot
from televent.runtime.services import worker as serve_worker
from televent.settings import load_settings

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
"""The time that the clock shows at first."""
UNLIMITED = Rate(10_000, 1.0, 1)
STILL = 3.0
"""Seconds that a test waits before the clock moves."""
T = TypeVar("T")


@dataclass
class Chats:
    """A running bot with its worker, and the stand-in of Telegram."""

    core: Core
    control: Control
    loop: asyncio.AbstractEventLoop
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1001, 9999)))
    _now: datetime = MONDAY

    @property
    def now(self) -> datetime:
        """The time that the clock shows."""
        return self._now

    @now.setter
    def now(self, moment: datetime) -> None:
        self._now = moment
        # The services sleep until something is due by the clock that they last read.
        self.core.wakeups.notify(REMINDERS, OUTBOX)

    def person(
        self, name: str, *, language: str = "en", zone: str = "UTC", address: str | None = None, username: str = ""
    ) -> "Someone":
        """A person with an account, who has talked to the bot before: it asks them for nothing of its own accord.
        ``address`` is verified."""
        someone = self.stranger(name, language=language, username=username, started=True)
        tenant = AccountId(uuid4())
        context = Context(tenant, str(tenant), "bot", self.now, uuid4(), "test")
        backend = self.core.backend
        open_account(backend, context, telegram_id=someone.id, name=name, timezone=zone, locale=language)
        if address is not None:
            context = Context(tenant, str(tenant), "bot", self.now, uuid4(), "test")
            verify_address(backend, context, address=address, code=None)
        dialogue = f"{self.control.sandbox.config.bot_id}/{someone.id}/{someone.id}/welcome"
        PostgresChatBook(self.core.pool).write_data(dialogue, {ZONE_ASKED: True})
        return someone

    def stranger(self, name: str, *, language: str = "en", username: str = "", started: bool = False) -> "Someone":
        """A person who has no account."""
        made = {"id": next(self.numbers), "name": name, "language_code": language, "started": started}
        self.do(self.control.post("/sandbox/people", **made, **({"username": username} if username else {})))
        return Someone(self, made["id"])  # type: ignore[arg-type]

    def file(self, message: Any) -> bytes:
        """The content of the document of a message."""
        answer = self.do(self.control.http.get(message["file"]["url"]))
        assert answer.is_success, answer.text
        return answer.content

    def do(self, work: Coroutine[Any, Any, T], *, moving: bool = False) -> T:
        """Runs a coroutine in the thread of the bot, and returns its result. ``moving``: the clock moves by a second
        for each STILL seconds that it takes."""
        waiting: Future[T] = asyncio.run_coroutine_threadsafe(work, self.loop)
        for _ in range(round(NET * 2 / STILL)):
            try:
                return waiting.result(STILL)
            except TimeoutError:
                if waiting.done():
                    break
                if moving:
                    self.now += timedelta(seconds=1)
        return waiting.result(0)


@dataclass
class Someone:
    """One person in their private chat with the bot. ``id`` is their Telegram id."""

    chats: Chats
    id: int
    seen: int = 0
    """The revision of the last message that ``hears`` returned: it looks at later ones only."""

    @property
    def account(self) -> AccountRow:
        """The person's account; fails where there is none."""
        row = self.chats.core.reads.account_by_telegram(self.id)
        assert row is not None
        return row

    def context(self, door: str = "caldav") -> Context:
        """The context of a command of this person, through another door."""
        tenant = self.account.tenant
        return Context(tenant, str(tenant), door, self.chats.now, uuid4(), "test")

    def says(self, text: str) -> Any:
        """Sends a text to the bot; returns the message."""
        return self.chats.do(self.chats.control.say(self.id, text))

    def hears(self, text: str) -> Any:
        """Waits for a message of the bot with this text in it, later than the last one heard. The message has
        "message_id", "text" (plain), "html", "buttons" and "reply_to"."""
        message = self.chats.do(self.chats.control.heard(self.id, text, after=self.seen), moving=True)
        self.seen = message["revision"]
        return message

    def taps(self, button: str, on: Any = None) -> Any:
        """Taps the button with this text, on that message or on the last one that has it; returns the answer to the
        tap, with "text" and "show_alert"."""
        which = {"button": button} if on is None else {"button": button, "message_id": on["message_id"]}
        return self.chats.do(self.chats.control.tap(self.id, **which))

    def replies_to(self, message: Any, text: str) -> Any:
        """Sends a text in reply to a message."""
        return self.chats.do(self.phone.replies_to(message, text))

    def sends_location(self, latitude: float, longitude: float) -> Any:
        """Sends a place, in degrees."""
        return self.chats.do(self.phone.sends_location(latitude, longitude))

    def sends_contact(self, whose: "Someone | None" = None, **outside: Any) -> Any:
        """Sends somebody's contact, their own, or that of a ``name`` with a ``phone``."""
        return self.chats.do(self.phone.sends_contact(whose.id if whose else None, **outside))

    def sends_file(self, name: str, content: bytes | str, caption: str = "") -> Any:
        """Sends a file, such as an invitation in an .ics file."""
        return self.chats.do(self.phone.sends_file(name, content, caption))

    def forwards(self, text: str, origin: Any) -> Any:
        """Forwards a text from elsewhere; ``origin`` as in `Phone.forwards_text`."""
        return self.chats.do(self.phone.forwards_text(text, origin))

    def edits(self, message: Any, text: str) -> Any:
        """Changes the text of an own message."""
        return self.chats.do(self.phone.edits(message, text))

    def opens(self, payload: str) -> Any:
        """Opens the bot by the link t.me/<bot>?start=``payload``."""
        return self.chats.do(self.phone.opens(payload))

    @property
    def phone(self) -> Phone:
        """The person's phone, for every other act: ``chats.do(ann.phone.reacts(…))``."""
        return self.chats.control.phone(self.id)

    def messages(self) -> list[Any]:
        """All messages of the chat that are not deleted, the oldest first."""
        found = self.chats.do(self.chats.control.get(f"/sandbox/people/{self.id}/messages", after=0))
        return sorted((each for each in found["messages"] if not each["deleted"]), key=lambda each: each["message_id"])

    def answer_to(self, text: str) -> Any:
        """Sends a text, and returns the bot's next message, whatever it says."""
        self.says(text)
        return self.hears("")


def buttons(message: Any) -> list[str]:
    """The texts of a message's buttons, row by row."""
    return [button["text"] for row in message["buttons"] for button in row]


@contextmanager
def open_chats(database_url: str, **settings: Any) -> Iterator[Chats]:
    """A bot and a worker on this database, until the block ends. The sandbox takes the place of Telegram and of the
    mail server: ``control`` has what was sent."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="chats", daemon=True)
    thread.start()
    stop, opened, ready = asyncio.Event(), asyncio.Event(), threading.Event()
    holder: dict[str, Any] = {}
    # The worker publishes the heads of the log there, which belong to this database alone.
    data = TemporaryDirectory(prefix="televent-")

    async def serve() -> None:
        async with sandbox_control() as control:
            token = control.sandbox.config.bot_token
            ports = {"telegram_api_base": control.sandbox.url, "smtp_port": control.sandbox.smtp_port}
            wanted = load_settings(
                pool_size=8,
                telegram_bot_token=token,
                smtp_host="127.0.0.1",
                **{"data_dir": Path(data.name), **ports, **settings},
            )
            core = await asyncio.to_thread(build_core, wanted, database_url, CHEAP_PASSWORDS)
            chats = Chats(core, control, loop)
            core.backend.clock = lambda: chats.now
            holder["chats"] = chats
            # Telegram's limits are tested by themselves. Here each message would wait for a second.
            quick = partial(PostgresChatPace, everybody=UNLIMITED, chat=UNLIMITED)
            try:
                patched = mock.patch("televent.runtime.bot.PostgresChatPace", quick)
                patched.start()
                bot = asyncio.create_task(serve_bot(core, opened.set, stop, {}))
                worker = asyncio.create_task(serve_worker(core, lambda: None, stop, {}))
                opening = asyncio.create_task(opened.wait())
                await asyncio.wait([opening, bot, worker], return_when=asyncio.FIRST_COMPLETED)
                ready.set()
                await asyncio.gather(bot, worker)
            finally:
                patched.stop()
                ready.set()
                await asyncio.to_thread(core.close)

    serving = asyncio.run_coroutine_threadsafe(serve(), loop)
    try:
        assert ready.wait(NET)
        if serving.done():
            serving.result()
        yield holder["chats"]
    finally:
        loop.call_soon_threadsafe(stop.set)
        serving.result(NET)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(NET)
        loop.close()
        data.cleanup()
