"""The card about mails that wait for a decision, and the data of its buttons."""

from __future__ import annotations

import html
from typing import Final, cast
from uuid import UUID

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.texts import MESSAGE_LIMIT
from televent.adapters.telegram.tokens import read_token, token_of
from televent.application.use_cases.mail.parked_cards import ParkedView
from televent.application.use_cases.mail.settle_parked import Choice
from televent.wording.display import Display
from televent.wording.parked import CHOICES, parked_words
from televent.wording.texts import text_of

ROOM: Final = MESSAGE_LIMIT - 200
"""Max characters of a card before what was decided is written below it."""


def parked_card(view: ParkedView, display: Display) -> tuple[str, InlineKeyboardMarkup]:
    """The text of a card, as HTML, and its buttons."""
    words, token = parked_words(view, display), token_of(view.card_id)
    text = f"📨 <b>{html.escape(words.lead, quote=False)}</b>\n"
    for line in words.lines:
        more = "\n" + html.escape(line, quote=False)
        if len(text) + len(more) <= ROOM:
            text += more
    buttons = [
        InlineKeyboardButton(
            text=text_of("televent.wording", display.language, f"parked-button-{each}"),
            callback_data=f"parked:{each}:{token}",
        )
        for each in words.choices
    ]
    return text, InlineKeyboardMarkup(inline_keyboard=[buttons[:2], *([buttons[2:]] if buttons[2:] else [])])


def read_parked(data: str) -> tuple[Choice, UUID] | None:
    """The choice and the card of a button; None for data that no button of ours has."""
    _, choice, token = [*data.split(":", 2), "", ""][:3]
    named = read_token(token)
    if choice not in CHOICES or named is None or named[1] is not None:
        return None
    return cast(Choice, choice), named[0]
