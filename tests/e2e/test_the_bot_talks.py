"""Conversations with the bot, through the real bot, its Bot API stand-in and a calendar app."""

from __future__ import annotations

import http.client
import re
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from e2e.tour import ANN, BOB, Tour
from support.dav import event
from support.running import Televent
from support.waiting import wait_until

pytestmark = pytest.mark.xdist_group("e2e")


class Chat(Tour):
    """The acts and views of people, and a count of the bot's messages that were read."""

    def ask(self, person: int, text: str) -> str:
        """The bot's next message after ``text``."""
        before = self._last(person)
        self.say(person, text)

        def look() -> str | None:
            said = [m for m in self._said(person) if m["message_id"] > before]
            return str(said[0]["text"]) if said else None

        answer = wait_until(look, 30, what=f"an answer to {text!r}")
        assert answer is not None
        return answer

    def _said(self, person: int) -> list[dict[str, Any]]:
        messages = self.http("GET", f"/sandbox/people/{person}/messages?after=0")["messages"]
        return [each for each in messages if each["from"] == "bot"]

    def _last(self, person: int) -> int:
        messages = self.http("GET", f"/sandbox/people/{person}/messages?after=0")["messages"]
        return max((each["message_id"] for each in messages), default=0)


def test_the_bot_understands_and_does_what_it_says(tmp_path: Path) -> None:
    with Televent(tmp_path / "data") as televent:
        chat = Chat(televent.api, televent.sandbox)
        assert "Please send /start first." in chat.ask(1003, "/today")
        chat.sign_up()
        the_dialogue(chat)
        mistakes(chat)
        long_texts(chat)
        invitations(chat)
        cancelling(chat)
        sharing(chat)
        devices(chat, televent)
        codes(chat)
        assert "Traceback" not in televent.output()


def codes(chat: Chat) -> None:
    """A second code within a minute is refused, with the time at which the next one may be asked for."""
    stranger = 1003
    chat.say(stranger, "/start")
    chat.tap(stranger, chat.heard(stranger, "Right?"), "Skip")
    chat.heard(stranger, "please provide your email")
    assert "I have sent a code to one@example.net" in chat.ask(stranger, "one@example.net")
    assert re.search(r"Try again on \w+, \w+ \d+ at \d+:\d+", chat.ask(stranger, "two@example.net"))


def the_dialogue(chat: Chat) -> None:
    """Title → time → duration → description → location → confirmation → guests."""
    assert "What is it called?" in chat.ask(ANN, "/create")
    assert "When?" in chat.ask(ANN, "Lunch <b>&</b> talk")
    assert "could not read that time" in chat.ask(ANN, "some day")
    assert "How long?" in chat.ask(ANN, "tomorrow at noon")
    assert "could not read that" in chat.ask(ANN, "long")
    assert "A description?" in chat.ask(ANN, "90m")
    chat.tap(ANN, chat.heard(ANN, "A description?"), "Skip")
    chat.heard(ANN, "Where?")
    assert "Shall I create this?" in chat.ask(ANN, "Café")
    shown = chat.heard(ANN, "Shall I create this?")
    assert "Lunch <b>&</b> talk" in shown["text"]
    assert "12:00 PM - 1:30 PM" in shown["text"]
    chat.tap(ANN, shown, "Create")
    chat.heard(ANN, "Invite others?")
    assert "Bob (tg_1002@televent.internal) – gets it here" in chat.ask(ANN, "tg_1002@televent.internal")
    chat.heard(BOB, "Ann invited you.")
    assert "Lunch" in chat.ask(ANN, "/week")
    assert "Lunch" in chat.ask(ANN, "/tomorrow")
    assert "Nothing is planned." in chat.ask(ANN, "/today")
    assert "(no answer yet)" in chat.ask(BOB, "/list")


def long_texts(chat: Chat) -> None:
    """A text that is too long is never cut: the bot says how long it may be, and asks again."""
    assert "The title may have 256 characters. Yours has 300." in chat.ask(ANN, f"/create {'x' * 300}, tomorrow 3pm")
    assert "The location may have 1,024" in chat.ask(ANN, f"/create Tea, tomorrow 3pm, 1h, {'x' * 1025}")
    assert "What is it called?" in chat.ask(ANN, "/create")
    assert "The title may have 256 characters. Yours has 257." in chat.ask(ANN, "x" * 257)
    assert "When?" in chat.ask(ANN, "x" * 256)
    assert "A description?" in chat.ask(ANN, "in 40 days")
    assert "Where?" in chat.ask(ANN, "y" * 4090)
    assert "The location may have 1,024 characters. Yours has 1,025." in chat.ask(ANN, "z" * 1025)
    assert "Shall I create this?" in chat.ask(ANN, "z" * 1024)
    chat.tap(ANN, chat.heard(ANN, "Shall I create this?"), "Cancel")


def mistakes(chat: Chat) -> None:
    """Each wrong input gets an answer that helps, and changes nothing."""
    assert "I can do most with a time. Try for example" in chat.ask(ANN, "/create whatever")
    assert "I did not find this event: nothing-like-it" in chat.ask(ANN, "/attendees nothing-like-it")
    assert "Whom do you invite?" in chat.ask(ANN, "/invite lunch")
    chat.ask(ANN, "/cancel")
    assert "is no email address" in chat.ask(ANN, "/invite lunch not@an@address")
    assert "I know no place “Middle/Earth”" in chat.ask(ANN, "/timezone Middle/Earth")
    assert "There is nothing to stop" in chat.ask(ANN, "/cancel")
    assert "What is it called?" in chat.ask(ANN, "/create")
    assert "I have stopped" in chat.ask(ANN, "/cancel")
    assert "that of London" in chat.ask(ANN, "/timezone Europe/London")
    assert "those you meet with" in chat.ask(ANN, "/settings")
    assert "everyone|known|nobody" in chat.ask(ANN, "/settings busy strangers")
    assert "busy: nobody" in chat.ask(ANN, "/settings busy nobody")
    assert "busy: those you meet with" in chat.ask(ANN, "/settings busy known")


def invitations(chat: Chat) -> None:
    """/rsvp in either order, /attendees, a change of mind on the card."""
    assert "You declined this invitation." in chat.ask(BOB, "/rsvp decline lunch")
    assert "declined your meeting." in chat.heard(ANN, "declined your meeting.")["text"]
    assert chat.ask(ANN, "/attendees lunch") == "Bob (Declined)"
    assert "You accepted this invitation." in chat.ask(BOB, "/rsvp lunch accept")
    wait_until(lambda: chat.ask(ANN, "/attendees lunch") == "Bob (Accepted)", 30, what="Bob's change of mind")
    assert "Please" not in chat.ask(BOB, "/rsvp lunch accept")


def cancelling(chat: Chat) -> None:
    """The bot asks first. Then all guests are notified."""
    assert "Cancel this event?" in chat.ask(ANN, "/cancel lunch")
    chat.tap(ANN, chat.heard(ANN, "Cancel this event?"), "Keep it")
    chat.heard(ANN, "All right, it stays.")
    assert "Cancel this event?" in chat.ask(ANN, "/cancel lunch")
    chat.tap(ANN, chat.heard(ANN, "Cancel this event?"), "Yes, cancel it")
    chat.heard(ANN, "Cancelled: Lunch")
    chat.heard(BOB, "This meeting was cancelled.")
    assert "Nothing is planned." in chat.ask(ANN, "/week")


def sharing(chat: Chat) -> None:
    """A share is offered, accepted, listed and ended; the other person is notified each time."""
    assert "/share list" in chat.ask(ANN, "/share Televent")
    assert "You have no calendar Nothing" in chat.ask(ANN, "/share Nothing @1002 read")
    assert "nobody of that name" in chat.ask(ANN, "/share Televent nobody@example.com read")
    assert "is shared with Bob: see and change it" in chat.ask(ANN, "/share televent @1002 write")
    card = chat.heard(BOB, "shares a calendar with you")
    assert "no answer yet" in chat.ask(ANN, "/share list")
    chat.tap(BOB, card, "Accept")
    chat.heard(BOB, "You have accepted Televent of Ann")
    chat.heard(ANN, "Bob has accepted your calendar")
    assert "Televent ← Ann" in chat.ask(BOB, "/share list")
    assert "Ended: Bob" in chat.ask(ANN, "/share stop 1")
    chat.heard(BOB, "Ann no longer shares Televent with you")
    assert "Nothing is shared" in chat.ask(BOB, "/share list")


def devices(chat: Chat, televent: Televent) -> None:
    """A revoked device password is refused at once."""
    assert "There are no device passwords." in chat.ask(ANN, "/device list")
    shown = chat.ask(ANN, "/device add Phone")
    password = re.findall(r"Password: ([0-9a-zA-Z]{16})", shown)[0]
    assert f"Server: {televent.api}/\n" in shown
    assert "Only the computer that Televent runs on reaches this server." in shown
    assert status(televent, password) == 207
    by_another_address(televent, password)
    assert "1. Phone" in chat.ask(ANN, "/device list")
    assert "There is no such device password." in chat.ask(ANN, "/device revoke 7")
    assert "Phone is revoked." in chat.ask(ANN, "/device revoke 1")
    assert status(televent, password) == 401


def by_another_address(televent: Televent, password: str) -> None:
    """An attachment's URL has the origin that the phone used: no service was told of another one."""
    place, host = f"/caldav/{ANN}/default/talk.ics", "192.0.2.7:3000"
    assert ask(televent, password, "PUT", place, event("talk@example.com"), Host=host).status == 201
    added = ask(televent, password, "POST", f"{place}?action=attachment-add", b"agenda", Host=host)
    assert (added.getheader("Location") or "").startswith(f"http://{host}/caldav/")
    assert f"http://{host}/".encode() in ask(televent, password, "GET", place, Host=host).read().replace(b"\r\n ", b"")


def status(televent: Televent, password: str) -> int:
    return ask(televent, password, "PROPFIND", "/caldav/", Depth="0").status


def ask(
    televent: Televent, password: str, method: str, path: str, body: bytes | None = None, **headers: str
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(televent.api).netloc, timeout=120)
    credentials = b64encode(f"{ANN}:{password}".encode()).decode()
    connection.request(method, path, body, {"Authorization": f"Basic {credentials}", **headers})
    return connection.getresponse()
