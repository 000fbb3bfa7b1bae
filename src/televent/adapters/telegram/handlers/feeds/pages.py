"""The pages of /feeds: all links, one calendar, one link, one subscription."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.texts import fitting, plain, say
from televent.adapters.telegram.tokens import token_of
from televent.application.feeds.given import Feed
from televent.application.feeds.taken import Subscription
from televent.application.read_models.calendars import CalendarRow
from televent.application.use_cases.calendars.sharing import title_of
from televent.application.use_cases.feeds.give_feed import list_feeds
from televent.wording.times import moment_of

Page = tuple[str, InlineKeyboardMarkup]

MAX_BUTTON: Final = 40
"""Max characters of a title in a button."""
MAX_CALENDARS: Final = 30
"""Max calendars with a button."""
_WORDS: Final = frozenset({
    "unreachable", "forbidden-address", "too-many-redirects", "not-a-calendar", "too-large", "partly-unreadable",
    "internal",
})  # fmt: skip
"""The codes of errors that have words of their own; the others are "http-404" and the like."""


async def home(door: BotDoor, person: Person) -> Page:
    """The person's own calendars, each with the number of its links, and the calendars that they subscribe to."""
    language, tenant = person.language, person.account.tenant
    calendars = await own_calendars(door, person)
    taken = await door.run(door.backend.subscriptions.all, tenant)
    lines, rows = [say(language, "feeds")], []
    for row in calendars:
        count = len(await feeds_of(door, person, row))
        label = plain(language, "button-feeds-calendar", title=title_of(row)[:MAX_BUTTON], count=count)
        rows.append([_button(label, f"feeds:cal:{token_of(row.calendar_id)}")])
    lines.append(say(language, "feeds-taken" if taken else "feeds-taken-none"))
    for number, each in enumerate(taken, 1):
        lines.append(say(language, "feeds-line", number=number, title=each.title[:64], state=_state(each, person)))
        rows.append([_button(f"📥 {number}. {each.title[:MAX_BUTTON]}", f"subs:one:{token_of(each.keeper)}")])
    rows.append([_button(plain(language, "button-subscribe"), "subs:add")])
    rows.append([_button(plain(language, "button-back"), "settings:menu")])
    return fitting(lines, language), InlineKeyboardMarkup(inline_keyboard=rows)


async def calendar_page(door: BotDoor, person: Person, row: CalendarRow) -> Page:
    """The links of one calendar."""
    language, feeds = person.language, await feeds_of(door, person, row)
    lines = [say(language, "feeds-calendar", title=title_of(row)[:64])]
    lines.append(say(language, "feeds-given" if feeds else "feeds-given-none"))
    lines += [f"{number}. {_feed_words(feed, person)}" for number, feed in enumerate(feeds, 1)]
    token = token_of(row.calendar_id)
    rows = [
        [_button(plain(language, f"button-feed-{content}"), f"feeds:{content}:{token}")] for content in ("full", "busy")
    ]
    rows += [
        [_button(plain(language, "button-feed-revoke", number=number), f"feeds:one:{token_of(feed.feed_id)}")]
        for number, feed in enumerate(feeds, 1)
    ]
    rows.append([_button(plain(language, "button-back"), "feeds:home")])
    return fitting(lines, language), InlineKeyboardMarkup(inline_keyboard=rows)


def feed_page(person: Person, row: CalendarRow, feed: Feed) -> Page:
    """One link, and the question whether it shall end."""
    language = person.language
    text = say(language, "feed-revoke", title=title_of(row)[:64], words=_feed_plain(feed, person))
    rows = [
        [_button(plain(language, "button-feed-end"), f"feeds:end:{token_of(feed.feed_id)}")],
        [_button(plain(language, "button-back"), f"feeds:cal:{token_of(row.calendar_id)}")],
    ]
    return text, InlineKeyboardMarkup(inline_keyboard=rows)


def subscription_page(person: Person, each: Subscription) -> Page:
    """One subscription: where it is, when it was read, and what went wrong."""
    language, token = person.language, token_of(each.keeper)
    lines = [
        say(language, "subscription", title=each.title[:64], url=each.url[:512]),
        say(language, "subscription-events", count=each.events),
    ]
    if each.taken_at is not None:
        lines.append(say(language, "subscription-taken", at=_moment(each.taken_at, person)))
    if each.error and each.polled_at is not None:
        words = error_words(language, each.error)
        lines.append(say(language, "subscription-error", at=_moment(each.polled_at, person), words=words))
    if each.polled_at is not None:
        lines.append(say(language, "subscription-next", at=_moment(each.next_at, person)))
    else:
        lines.append(say(language, "subscription-new"))
    if not person.account.preferences.show_shared:
        lines.append(say(language, "subscription-not-in-agenda"))
    rows = [
        [_button(plain(language, "button-read-again"), f"subs:read:{token}")],
        [_button(plain(language, "button-unsubscribe"), f"subs:ask:{token}")],
        [_button(plain(language, "button-back"), "feeds:home")],
    ]
    return "\n".join(lines), InlineKeyboardMarkup(inline_keyboard=rows)


def unsubscribe_page(person: Person, each: Subscription) -> Page:
    """The question whether a subscription shall end."""
    language, token = person.language, token_of(each.keeper)
    rows = [
        [_button(plain(language, "button-unsubscribe"), f"subs:end:{token}")],
        [_button(plain(language, "button-keep-so"), f"subs:one:{token}")],
    ]
    return say(language, "unsubscribe", title=each.title[:64]), InlineKeyboardMarkup(inline_keyboard=rows)


async def own_calendars(door: BotDoor, person: Person) -> list[CalendarRow]:
    """The calendars of which the person can make links."""
    rows: list[CalendarRow] = await door.run(door.backend.reads.calendars, person.account.tenant)
    return rows[:MAX_CALENDARS]


async def feeds_of(door: BotDoor, person: Person, row: CalendarRow) -> list[Feed]:
    """The links of a calendar, the oldest first."""
    context = door.context(person.account.tenant, "feeds")
    return await door.run(lambda: list_feeds(door.backend, context, calendar_id=row.calendar_id))


async def feed_with(door: BotDoor, person: Person, feed_id: UUID) -> tuple[CalendarRow, Feed] | None:
    """The link with that id and its calendar; None where it has ended."""
    for row in await own_calendars(door, person):
        for feed in await feeds_of(door, person, row):
            if feed.feed_id == feed_id:
                return row, feed
    return None


def error_words(language: str, code: str) -> str:
    """An error of the last read as people say it."""
    if code in _WORDS:
        return plain(language, f"feed-error-{code}")
    return plain(language, "feed-error-http", status=code.removeprefix("http-"))


def _state(each: Subscription, person: Person) -> str:
    if each.error:
        return f"⚠️ {error_words(person.language, each.error)}"
    if each.taken_at is None:
        return plain(person.language, "subscription-new")
    return plain(person.language, "subscription-taken", at=_moment(each.taken_at, person))


def _feed_words(feed: Feed, person: Person) -> str:
    read = _moment(feed.read_at, person, day=True) if feed.read_at is not None else ""
    key = "feed-line-read" if read else "feed-line"
    words = plain(person.language, f"feed-{feed.content}")
    return say(person.language, key, words=words, made=_moment(feed.created_at, person, day=True), read=read)


def _feed_plain(feed: Feed, person: Person) -> str:
    words = plain(person.language, f"feed-{feed.content}")
    return plain(person.language, "feed-line", words=words, made=_moment(feed.created_at, person, day=True))


def _moment(at: datetime, person: Person, *, day: bool = False) -> str:
    return moment_of(at.astimezone(person.zone).date() if day else at, person.display)


def _button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text if len(text) <= 64 else f"{text[:63]}…", callback_data=data)


def host_of(url: str) -> str:
    """The host of a URL, for people."""
    return urlsplit(url).hostname or url[:64]
