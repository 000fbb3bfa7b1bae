"""Invites the named people, and says what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from aiogram import Bot
from aiogram.types import Message

from televent.adapters.telegram.cards.one_line import one_line
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.guests.naming import Named
from televent.adapters.telegram.texts import fitting, say
from televent.application.use_cases.calendars.agenda import Entry, event
from televent.application.use_cases.scheduling.guests import INVITED, Fate, Guest, invite_named
from televent.wording.times import when_of

MAX_WORDS: Final = 200
"""Max characters of a text that is named as no person."""
MAX_NAME: Final = 64
"""Max characters of a guest's name or address in an answer."""


async def invite_people(message: Message, door: BotDoor, person: Person, stream_id: str, guests: Sequence[str]) -> None:
    """Invites these people and says in the chat what became of each. ``guests``: addresses, @usernames, @ids.

    Raises NotOrganizer, TooManyAttendees, UnknownResource.
    """
    context = door.context(person.account.tenant, f"invite:{message.chat.id}:{message.message_id}")
    names = [each.strip(",;") for each in guests]
    sorted_ = await door.run(lambda: invite_named(door.backend, context, stream_id=UUID(stream_id), given=names))
    entry = await door.run(lambda: event(door.backend, person.account.tenant, UUID(stream_id)))
    await message.answer(told(sorted_, entry, person))
    strangers = [each.given for each in sorted_ if each.fate is Fate.STRANGER]
    if strangers and entry is not None and message.bot is not None:
        await offer_link(message, message.bot, person, entry, strangers)


def told(guests: Sequence[Guest], entry: Entry | None, person: Person) -> str:
    """The result for each guest, as HTML."""
    language = person.language
    invited = [each for each in guests if each.fate in INVITED]
    others = [each for each in guests if each.fate not in INVITED]
    lines = []
    if invited:
        lines.append(say(language, "guests-invited", title=one_line(entry.summary, 80) if entry is not None else ""))
        lines += [f"• {_line(each, language)}" for each in invited]
    if others:
        lines += ["", say(language, "guests-not-invited")] if invited else [say(language, "guests-not-invited")]
        lines += [f"• {_line(each, language)}" for each in others]
    return fitting(lines, language) if lines else say(language, "guests-nobody")


async def offer_link(message: Message, bot: Bot, person: Person, entry: Entry, names: Sequence[str]) -> None:
    """Sends a text to forward to people who are not known here: it leads them to the bot."""
    link = f"https://t.me/{(await bot.me()).username}?start=start"
    language = person.language
    await message.answer(say(language, "guests-forward", names=", ".join(names)[:200], code=entry.code))
    when, title = when_of(entry.start, entry.end, person.display), one_line(entry.summary, 80)
    await message.answer(say(language, "guests-link", name=person.account.name, title=title, when=when, link=link))


def _line(guest: Guest, language: str) -> str:
    name = one_line(guest.name or guest.given, MAX_NAME)
    if guest.name and guest.fate in INVITED and not guest.given.startswith("@"):
        name += f" ({one_line(guest.given, MAX_NAME)})"
    return say(language, f"guest-{guest.fate.value}", name=name)


async def tell_of_hidden(message: Message, person: Person, named: Named) -> None:
    """Says of whom Telegram does not tell who they are: it hides who wrote a forwarded message, or the contact has a
    phone number only."""
    names = ", ".join(one_line(each, MAX_NAME) for each in named.hidden)
    await message.answer(say(person.language, "guests-hidden", names=names))


def names_nobody(language: str, text: str) -> str:
    """The sentence for an answer that names nobody; "" for a forwarded message or a contact without a person."""
    words = " ".join(text.split())[:MAX_WORDS]
    return say(language, "guests-none-named", words=words) if words else say(language, "guests-whom")
