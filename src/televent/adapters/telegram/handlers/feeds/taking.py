"""Handles /subscribe, links that are pasted into the chat, and the taps on subscriptions."""

from __future__ import annotations

import re
from typing import Final

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.feeds.links import url_of
from televent.adapters.telegram.handlers.feeds.pages import home, host_of, subscription_page, unsubscribe_page
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, say
from televent.adapters.telegram.tokens import read_token
from televent.application.event_store.context import Context
from televent.application.use_cases.feeds.subscribe import address_of, refresh, subscribe, unsubscribe

router = Router(name="subscriptions")

_LINK: Final = re.compile(r"(?:webcals?|https?)://\S+", re.IGNORECASE)
FEED_LINK: Final = re.compile(r"\s*(?:webcals?://\S+|https?://[^\s?#]+\.ics(?:[?#]\S*)?)\s*", re.IGNORECASE)
"""A text that is the link of a calendar file and nothing else. Other links stand in events, such as a video call."""


class Subscribing(StatesGroup):
    """The next text is the link of a calendar."""

    url = State()


@router.message(Command("subscribe"))
async def subscribe_command(
    message: Message, command: CommandObject, door: BotDoor, person: Person, state: FSMContext
) -> None:
    """Subscribes to "/subscribe https://example.com/holidays.ics Holidays"; asks for the link without one."""
    url, _, title = (command.args or "").strip().partition(" ")
    if not url:
        await _ask(message, person, state)
    elif _LINK.fullmatch(url) is None:
        await message.answer(say(person.language, "subscribe-usage"))
    else:
        await _subscribe(message, door, person, url, title, f"subscribe:{message.chat.id}:{message.message_id}")


@router.message(Subscribing.url, F.text, ~F.text.startswith("/"))
async def take_link(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Subscribes to the link that was asked for."""
    url = (message.text or "").strip()
    if _LINK.fullmatch(url) is None:
        await message.answer(say(person.language, "subscribe-usage"))
        return
    # Where the link cannot be used, the next text is another one.
    address_of(door.backend, url_of(url))
    await state.clear()
    await _subscribe(message, door, person, url, "", f"subscribe:{message.chat.id}:{message.message_id}")


@router.message(StateFilter(None), F.text.regexp(FEED_LINK, mode="fullmatch"))
async def pasted(message: Message, door: BotDoor, person: Person) -> None:
    """Offers to subscribe to a pasted link. Nothing is read before the person taps. Raises InvalidUrl."""
    url = address_of(door.backend, url_of(message.text or ""))
    language = person.language
    row = [InlineKeyboardButton(text=plain(language, "button-subscribe-this"), callback_data="subs:take")]
    text = say(language, "subscribe-offer", url=url, host=host_of(url))
    await message.answer(text, reply_markup=InlineKeyboardMarkup(inline_keyboard=[row]))


@router.callback_query(F.data == "subs:take")
async def take_offered(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Subscribes to the link in the tapped message."""
    message = query.message
    url = _offered(message) if isinstance(message, Message) else None
    if url is None or not isinstance(message, Message):
        await refuse_dead(query, person.language)
        return
    # One message offers one subscription, however often it is tapped.
    context = door.context(person.account.tenant, f"subscribe:{message.chat.id}:{message.message_id}")
    await show(message, *await _made(door, person, context, url, ""))
    await acknowledge(query)


@router.callback_query(F.data == "subs:add")
async def add(query: CallbackQuery, person: Person, state: FSMContext) -> None:
    """Asks for the link of a calendar."""
    if isinstance(query.message, Message):
        await _ask(query.message, person, state)
    await acknowledge(query)


@router.callback_query(F.data.startswith("subs:"))
async def tap(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Shows a subscription, reads it again, or ends it."""
    _, action, token = [*(query.data or "").split(":", 2), "", ""][:3]
    named, message, tenant = read_token(token), query.message, person.account.tenant
    if named is None or not isinstance(message, Message) or action not in ("one", "read", "ask", "end"):
        await refuse_dead(query, person.language)
        return
    keeper, told = named[0], None
    found = await door.run(door.backend.subscriptions.one, tenant, keeper)
    context = door.context(tenant, f"subs:{query.id}")
    if found is None:
        told = "subscription-gone"
        await show(message, *await home(door, person))
    elif action == "end":
        await door.run(lambda: unsubscribe(door.backend, context, keeper=keeper))
        told = "subscription-ended"
        await show(message, *await home(door, person))
    elif action == "ask":
        await show(message, *unsubscribe_page(person, found))
    else:
        if action == "read":
            found = await door.run(lambda: refresh(door.backend, context, keeper=keeper))
            told = "subscription-hurried"
        await show(message, *subscription_page(person, found))
    await acknowledge(query, plain(person.language, told) if told else None)


async def _ask(message: Message, person: Person, state: FSMContext) -> None:
    await state.set_state(Subscribing.url)
    await message.answer(say(person.language, "ask-feed"))


async def _subscribe(message: Message, door: BotDoor, person: Person, url: str, title: str, update: str) -> None:
    context, named = door.context(person.account.tenant, update), " ".join(title.split())[:200]
    text, buttons = await _made(door, person, context, url, named)
    await message.answer(text, reply_markup=buttons)


async def _made(
    door: BotDoor, person: Person, context: Context, link: str, title: str
) -> tuple[str, InlineKeyboardMarkup]:
    """Subscribes, unless the person is subscribed to that link already: each event would be there twice. Raises
    InvalidUrl, TooManySubscriptions."""
    url = address_of(door.backend, url_of(link))
    taken = await door.run(door.backend.subscriptions.all, context.tenant)
    made, key = next((each for each in taken if each.url == url), None), "subscribed-already"
    if made is None:
        made, key = await door.run(lambda: subscribe(door.backend, context, url=url, title=title)), "subscribed"
    text, buttons = subscription_page(person, made)
    return f"{say(person.language, key)}\n{text}", buttons


def _offered(message: Message) -> str | None:
    """The link in an offer. It stands as code in the bot's own message: a button has no room for it."""
    for entity in message.entities or ():
        if entity.type == "code" and _LINK.fullmatch(url := entity.extract_from(message.text or "")):
            return url
    return None
