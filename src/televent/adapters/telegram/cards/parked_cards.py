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
from televent.domain.ids import AccountId
from televent.wording.display import Display
from televent.wording.parked import CHOICES, parked_words, settled_by
from televent.wording.texts import text_of

ROOM: Final = MESSAGE_LIMIT - 200
"""Max characters of a card before what was decided is written below it."""


def parked_card(view: ParkedView, display: Display, team: UUID | None = None) -> tuple[str, InlineKeyboardMarkup]:
    """The text of a card, as HTML, and its buttons. ``team``: the account of the team calendar that got the mails."""
    words, token = parked_words(view, display), token_of(view.card_id)
    if team is not None:
        token += f":{token_of(team)}"
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


def settled_card(view: ParkedView, language: str) -> str:
    """The text, as HTML, of a card about which another manager has decided."""
    return f"📨 {html.escape(settled_by(view, language), quote=False)}"


def read_parked(data: str) -> tuple[Choice, UUID, AccountId | None] | None:
    """The choice, the card and the team of a button; None for data that no button of ours has."""
    _, choice, *tokens = data.split(":")
    named = [read_token(each) for each in tokens]
    ids = [each[0] for each in named if each is not None and each[1] is None]
    if choice not in CHOICES or len(ids) != len(tokens) or len(ids) not in (1, 2):
        return None
    return cast(Choice, choice), ids[0], AccountId(ids[1]) if len(ids) == 2 else None
