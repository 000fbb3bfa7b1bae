"""Every call for a message to a chat is counted in Telegram's limits, also the second one for the same message."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import pytest

from bot.test_delivery import UID, inside, invites
from support.chat import Chats, Someone, open_chats
from support.waiting import wait_until
from televent.adapters.postgres.rate_limit import Rate
from televent.application.conditions import NONE
from televent.application.use_cases.objects.put_object import put_object
from televent.ical.objects.calendar_text import CalendarText

TURN = 1000.0
COUNTING = Rate(1, TURN, 1_000)
"""It admits all, and each message moves the time at which the chat is free again by TURN seconds."""


@pytest.fixture(scope="module")
def module_chats(module_database_url: str) -> Iterator[Chats]:
    with mock.patch("support.chat.UNLIMITED", COUNTING), open_chats(module_database_url) as chats:
        yield chats


def turns(chats: Chats, someone: Someone) -> int:
    """The turns that were taken for messages to this person."""
    with chats.core.pool.connection() as connection:
        row = connection.execute(
            "SELECT extract(epoch FROM tat - clock_timestamp())::float8 FROM rate_limit WHERE key = %s",
            (f"telegram/{chats.control.sandbox.config.bot_id}/{someone.id}",),
        ).fetchone()
    # A minute or two may have passed since.
    return round((row[0] + TURN / 2 - 1) / TURN) if row is not None else 0


def calls(chats: Chats, someone: Someone) -> list[str]:
    """The calls of the Bot API that sent or changed a message in this person's chat."""
    made = chats.do(chats.control.get("/sandbox/calls"))
    mine = [each["method"] for each in made if str(each["parameters"].get("chat_id")) == str(someone.id)]
    return [each for each in mine if each.startswith(("send", "edit"))]


def test_a_card_that_replaces_another_takes_two_turns(chats: Chats) -> None:
    ann, bob = chats.person("Ann", address="ann@example.com"), chats.person("Bob")
    invites(ann, inside(bob))
    first = bob.hears("Ann invited you")
    assert (turns(chats, bob), calls(chats, bob)) == (1, ["sendMessage"])
    (row,) = chats.core.reads.by_uid(ann.account.tenant, UID)
    whole = chats.core.reads.by_stream(ann.account.tenant, row.stream_id)
    assert whole is not None
    text = whole.ics or b""
    moved = text.replace(b"T10", b"T12").replace(b"T11", b"T13")
    assert moved != text
    put_object(
        chats.core.backend,
        ann.context(),
        calendar="default",
        href=f"{UID}.ics",
        text=CalendarText(moved),
        conditions=NONE,
    )
    bob.hears("Review")

    def has_lost_its_buttons() -> bool:
        return any(each["message_id"] == first["message_id"] and not each["buttons"] for each in bob.messages())

    wait_until(has_lost_its_buttons, what="the old card has lost its buttons")
    assert calls(chats, bob) == ["sendMessage", "sendMessage", "editMessageReplyMarkup"]
    assert turns(chats, bob) == 3
