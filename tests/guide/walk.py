"""The way of two people through the bot, with a picture at each place that the guide shows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from guide.chat_page import ChatPage
from guide.words import Words
from televent.adapters.telegram.texts import plain

ANN, BOB, EVE = 1001, 1002, 1003
FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Concert hall//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:{stamp}
DTSTART:{start}
DURATION:PT2H
SUMMARY:{title}
END:VEVENT
END:VCALENDAR
"""


class Walk:
    """The way in one language. ``name`` is the key of a text of the bot."""

    def __init__(self, page: ChatPage, words: Words) -> None:
        self.page, self.words = page, words

    def text(self, name: str, **values: str | int) -> str:
        """A text of the bot, as the page shows it."""
        return re.sub("<[^>]*>", "", plain(self.words.language, name, **values)).strip()

    async def taps(self, name: str) -> None:
        await self.page.taps(self.text(name))

    async def offers(self, name: str) -> None:
        await self.page.offers(self.text(name))

    async def all(self) -> None:
        """The whole way."""
        await self.page.open()
        names = {ANN: self.words.ann, BOB: self.words.bob, EVE: self.words.eve}
        for number, name in names.items():
            user = {"username": "bob"} if number == BOB else {}
            zone = {"language_code": self.words.language, "time_zone": self.words.zone}
            await self.page.person(number, name=name, **zone, **user)
        await self.begin()
        await self.create()
        await self.view()
        await self.invite()
        await self.move()
        await self.propose()
        await self.look()
        await self.send_a_file()
        await self.be_reminded()
        await self.set_up()

    async def begin(self) -> None:
        for number in (BOB, ANN):
            await self.page.turns_to(number)
            await self.page.says("/start")
            await self.offers("button-zone-location")
            if number == ANN:
                await self.page.picture("start")
            await self.page.taps("✓")
            await self.page.sees(self.text("ask-email"))
            await self.taps("ask-email-skip")
            await self.taps("button-keep-so")

    async def new(self, sentence: str) -> None:
        """Makes an event of a sentence."""
        await self.page.says(sentence)
        await self.taps("button-confirm")
        await self.page.sees(self.text("ask-invite"))
        await self.taps("button-skip")

    async def create(self) -> None:
        await self.page.says(self.words.lunch)
        await self.offers("button-confirm")
        await self.page.picture("preview")
        await self.taps("button-confirm")
        await self.page.sees(self.text("ask-invite"))
        await self.taps("button-skip")
        for each in (self.words.reminded, *self.words.others):
            await self.new(each)
        await self.page.says(self.words.unread)
        await self.offers("draft-again")
        await self.page.picture("unread")
        await self.taps("button-cancel")

    async def view(self) -> None:
        await self.page.says(f"/event {self.words.lunch_title}")
        await self.offers("event-button-dl")
        await self.page.picture("event")
        await self.taps("event-button-mv")
        await self.taps("event-move-other")
        await self.page.sees(self.text("picker-day"))
        await self.page.picture("picker")
        await self.taps("event-back")

    async def invite(self) -> None:
        await self.page.says(f"/invite {self.words.lunch_title} @bob")
        await self.page.turns_to(BOB)
        await self.offers("button-accept")
        await self.page.picture("invitation")
        await self.taps("button-accept")
        await self.taps("button-note")
        await self.page.says(self.words.note)
        await self.page.turns_to(ANN)
        await self.page.sees(self.words.note)
        await self.page.picture("answer")

    async def move(self) -> None:
        await self.page.says(f"/event {self.words.lunch_title}")
        await self.taps("event-button-mv")
        await self.taps("event-move-h1")
        await self.taps("event-save")
        await self.page.sees(self.text("event-saved"))
        await self.page.turns_to(BOB)
        await self.offers("button-propose")
        await self.page.picture("moved")

    async def propose(self) -> None:
        await self.taps("button-propose")
        await self.page.taps(self.text("quick-hour", when=""))
        await self.offers("button-proposal-send")
        await self.page.picture("propose")
        await self.taps("button-proposal-send")
        await self.page.turns_to(ANN)
        await self.offers("button-proposal-accept")
        await self.page.picture("proposal")
        await self.taps("button-proposal-accept")

    async def look(self) -> None:
        await self.page.says("/week")
        await self.offers("button-picture")
        await self.page.picture("week")
        await self.taps("button-picture")
        await self.offers("button-dark")
        await self.page.picture("week-picture")

    async def send_a_file(self) -> None:
        start = datetime.now(UTC) + timedelta(days=4)
        text = FILE.format(
            uid="concert", stamp=f"{start:%Y%m%d}T000000Z", start=f"{start:%Y%m%d}T170000Z", title=self.words.file_title
        )
        await self.page.sends_file(ANN, self.words.file, text.replace("\n", "\r\n"))
        add = self.text("file-import-all", count=1)
        await self.page.offers(add)
        await self.page.picture("file")
        await self.page.taps(add)
        await self.page.sees(self.text("file-imported", count=1))

    async def be_reminded(self) -> None:
        """The reminder, and the plan of the day, which is set to come a minute later."""
        await self.offers("button-snooze-5")
        await self.page.picture("reminder")
        soon = datetime.now(ZoneInfo(self.words.zone)) + timedelta(seconds=70)
        await self.page.says(f"{self.words.digest} {soon:%H:%M}")
        await self.page.sees(self.text("digest-today"))
        await self.page.picture("digest")

    async def set_up(self) -> None:
        await self.page.says("/settings")
        await self.offers("button-settings-quiet")
        await self.page.picture("settings")
