"""A meeting is moved at the moment in which its card, or its mail, is being written: the move is told all the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.test_delivery import UID, inside, invites, mails_to
from support.chat import Chats, Someone
from support.waiting import wait_until
from televent.adapters.email.meetings import sender
from televent.adapters.telegram.cards import living_cards
from televent.application.conditions import NONE
from televent.application.use_cases.objects.put_object import put_object
from televent.ical.objects.calendar_text import CalendarText


def moves(ann: Someone) -> None:
    """Ann's calendar app moves the meeting by two hours."""
    reads = ann.chats.core.reads
    (row,) = reads.by_uid(ann.account.tenant, UID)
    whole = reads.by_stream(ann.account.tenant, row.stream_id)
    assert whole is not None
    text = (whole.ics or b"").replace(b"T10", b"T12").replace(b"T11", b"T13")
    put_object(
        ann.chats.core.backend,
        ann.context(),
        calendar="default",
        href=f"{UID}.ics",
        text=CalendarText(text),
        conditions=NONE,
    )


def once_after(read: Callable[..., Any], then: Callable[[], None]) -> Callable[..., Any]:
    """The same function; after its first call something else happens."""
    happened: list[None] = []

    def reading(*arguments: Any, **named: Any) -> Any:
        found = read(*arguments, **named)
        if not happened:
            happened.append(None)
            then()
        return found

    return reading


@pytest.mark.parametrize("read", ["open_question", "news_of"])
def test_the_chat_tells_of_a_move_while_the_card_is_written(
    chats: Chats, monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    ann = chats.person("Ann", address=f"ann{next(chats.numbers)}@example.com")
    bob = chats.person("Bob")
    monkeypatch.setattr(living_cards, read, once_after(getattr(living_cards, read), lambda: moves(ann)))
    invites(ann, inside(bob))
    bob.hears("12:00")


@pytest.mark.parametrize("read", ["open_question", "news_of"])
def test_a_mail_tells_of_a_move_while_another_is_written(
    chats: Chats, monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    ann = chats.person("Ann", address=f"ann{next(chats.numbers)}@example.com")
    bob = chats.person("Bob", address=f"bob{next(chats.numbers)}@example.com")
    chats.do(chats.control.post(f"/sandbox/people/{bob.id}/block", blocked=True))
    monkeypatch.setattr(sender, read, once_after(getattr(sender, read), lambda: moves(ann)))
    address = bob.account.addresses[0]
    invites(ann, address)
    caught = chats.control.sandbox.mails

    def told() -> bool:
        # A mail that meets the one that is being written comes a second later.
        chats.now += timedelta(seconds=1)
        bodies = [mail.get_body(("plain",)) for mail in mails_to(caught, address)]
        return any(body is not None and "12:00" in body.get_content() for body in bodies)

    wait_until(told, what="a mail shows the new time")
