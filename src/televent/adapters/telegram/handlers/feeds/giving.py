"""Handles /feeds: makes, shows and ends secret links of the person's own calendars."""

from __future__ import annotations

import base64
from typing import Final
from uuid import UUID

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.feeds.pages import (
    calendar_page,
    feed_page,
    feed_with,
    home,
    own_calendars,
)
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, say
from televent.adapters.telegram.tokens import read_token
from televent.application.feeds.given import Content
from televent.application.read_models.calendars import CalendarRow
from televent.application.use_cases.calendars.sharing import title_of
from televent.application.use_cases.feeds.give_feed import end_feed, give_feed

router = Router(name="feeds")

MAX_COPIED: Final = 256
"""Max characters that a button copies (Bot API, CopyTextButton)."""
_CONTENTS: Final[dict[str, Content]] = {"full": "full", "busy": "busy"}


@router.message(Command("feeds"))
async def feeds(message: Message, door: BotDoor, person: Person) -> None:
    """Shows the calendars with their links, and the subscriptions."""
    text, buttons = await home(door, person)
    await message.answer(text, reply_markup=buttons)


@router.callback_query(F.data == "feeds:hide")
async def hide(query: CallbackQuery, person: Person) -> None:
    """Takes a link out of the chat. An edit and no deletion, which Telegram refuses after two days."""
    if isinstance(query.message, Message):
        await show(query.message, say(person.language, "feed-hidden"))
    await acknowledge(query)


@router.callback_query(F.data.startswith("feeds:"))
async def tap(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Opens a page, makes a link, or ends one."""
    _, action, token = [*(query.data or "").split(":", 2), "", ""][:3]
    message, named = query.message, read_token(token)
    if not isinstance(message, Message):
        await acknowledge(query)
        return
    if action == "home":
        await show(message, *await home(door, person))
        await acknowledge(query)
    elif named is None:
        await refuse_dead(query, person.language)
    elif action in ("one", "end"):
        await _link(query, message, door, person, action, named[0])
    else:
        await _calendar(query, message, door, person, action, named[0])


async def _calendar(
    query: CallbackQuery, message: Message, door: BotDoor, person: Person, action: str, calendar_id: UUID
) -> None:
    row = next((each for each in await own_calendars(door, person) if each.calendar_id == calendar_id), None)
    if row is None or action not in ("cal", *_CONTENTS):
        await refuse_dead(query, person.language)
        return
    if action in _CONTENTS:
        await _make(message, door, person, row, _CONTENTS[action], f"feed:{query.id}")
    await show(message, *await calendar_page(door, person, row))
    await acknowledge(query)


async def _make(
    message: Message, door: BotDoor, person: Person, row: CalendarRow, content: Content, update: str
) -> None:
    """Makes a link, and shows it in a message of its own: this once."""
    context, language, at = door.context(person.account.tenant, update), person.language, door.reach()
    secret = base64.urlsafe_b64encode(door.backend.passwords.token()).decode().rstrip("=")
    named = row.calendar_id
    await door.run(
        lambda: give_feed(
            door.backend, context, calendar_id=named, content=content, description="Telegram", secret=secret
        )
    )
    link = f"{at.url}feeds/{secret}.ics"
    text = say(language, f"feed-made-{content}", title=title_of(row)[:64], link=link)
    if at.by != "everybody":
        text = f"{text}\n{say(language, f'device-reached-by-{at.by}')}"
    rows = [[InlineKeyboardButton(text=plain(language, "button-feed-hide"), callback_data="feeds:hide")]]
    if len(link) <= MAX_COPIED:
        copied = CopyTextButton(text=link)
        rows.insert(0, [InlineKeyboardButton(text=plain(language, "button-feed-copy"), copy_text=copied)])
    await message.answer(text, reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))


async def _link(
    query: CallbackQuery, message: Message, door: BotDoor, person: Person, action: str, feed_id: UUID
) -> None:
    found = await feed_with(door, person, feed_id)
    if found is None:
        await show(message, *await home(door, person))
        await acknowledge(query, plain(person.language, "feed-gone"))
        return
    row, feed = found
    if action == "one":
        await show(message, *feed_page(person, row, feed))
        await acknowledge(query)
        return
    context = door.context(person.account.tenant, f"feed-end:{query.id}")
    await door.run(lambda: end_feed(door.backend, context, calendar_id=row.calendar_id, feed_id=feed_id))
    await show(message, *await calendar_page(door, person, row))
    await acknowledge(query, plain(person.language, "feed-ended"))
