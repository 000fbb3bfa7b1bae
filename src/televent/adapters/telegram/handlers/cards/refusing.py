"""Why a tap on a card does not count, and what the person is shown instead."""

from __future__ import annotations

import html
import re
from uuid import UUID

from televent.adapters.telegram.cards.living_cards import redraw, send_again, take_buttons
from televent.adapters.telegram.cards.meeting_cards import head_of
from televent.adapters.telegram.chat import Chat
from televent.application.living_messages import Living
from televent.application.messages.outbox import RetryLater
from televent.application.use_cases.scheduling.cards import Card, card_of
from televent.application.use_cases.scheduling.news import News, news_of
from televent.domain.calendar_object.details import Details
from televent.wording.display import Display


async def living_card(chat: Chat, stream_id: UUID) -> Living:
    """The living card of an event in this chat; an empty one where there is none."""
    found = await chat.door.run(chat.door.backend.living.living, chat.person.account.tenant, stream_id, "card")
    return found if found.chat_id == chat.chat_id else Living()


async def card_for(chat: Chat, stream_id: UUID, recurrence_id: str | None) -> Card | None:
    """The card of an event or of one date; None where there is none."""
    backend, tenant = chat.door.backend, chat.person.account.tenant
    return await chat.door.run(lambda: card_of(backend, tenant, stream_id, recurrence_id, now=backend.clock()))


async def refusal(
    chat: Chat, message_id: int, stream_id: UUID, recurrence_id: str | None, card: Card | None, seen: str = ""
) -> str:
    """The key of the reason why a card with this id takes no answer; "" where it takes one.

    Its buttons go, or the newest card comes. ``seen``: the text of the tapped card. An older one that shows the meeting
    as it is takes an answer too: such as the first of two that came because Telegram hid that it took the first.
    """
    if card is None:
        await take_buttons(chat, message_id)
        return "toast-gone"
    living = await living_card(chat, stream_id)
    if not card.open:
        await redraw(chat, message_id, card, living)
        return closed_key(card)
    if living.message_id is None or message_id > living.message_id:
        return ""
    if message_id < living.message_id and shows(card, seen, chat.person.display):
        return ""
    if message_id < living.message_id:
        await take_buttons(chat, message_id)
        return "toast-newer-card"
    backend, tenant = chat.door.backend, chat.person.account.tenant
    news = await chat.door.run(lambda: news_of(backend, tenant, stream_id, after=living.shown))
    if not _is_moved(news, recurrence_id):
        return ""
    try:
        await send_again(chat, stream_id)
    except RetryLater:
        await take_buttons(chat, message_id)  # Its new card is being sent at this moment.
    return "toast-moved"


def shows(card: Card, seen: str, display: Display) -> bool:
    """Whether the text of a message begins with the meeting as it is: its title, time, repetition and place."""
    return seen.startswith(html.unescape(re.sub("<[^>]*>", "", head_of(card, display))))


def closed_key(card: Card) -> str:
    """The key of the reason why a card that is not open takes no answer."""
    if card.removed:
        return "toast-removed"
    return {"cancelled": "toast-cancelled", "over": "toast-over"}.get(card.state, "toast-not-invited")


def _is_moved(news: News, recurrence_id: str | None) -> bool:
    """Whether the time has changed of what the person answers."""
    if news.was is not None and news.now is not None and _times(news.was) != _times(news.now):
        return True
    dates = [each for each in news.dates if recurrence_id in (None, each.occurrence.recurrence_id)]
    return any(each.was is None or each.now is None or _times(each.was) != _times(each.now) for each in dates)


def _times(details: Details) -> tuple[object, ...]:
    return details.start, details.end, details.rule
