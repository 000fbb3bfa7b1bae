"""The buttons of a meeting's card, and what a tap on one of them means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.cards.proposal_cards import propose_button
from televent.adapters.telegram.texts import plain
from televent.adapters.telegram.tokens import read_token, token_of
from televent.application.use_cases.scheduling.cards import Card
from televent.ical.text.values import Moment
from televent.wording.display import Display
from televent.wording.times import moment_of

ANSWERS: Final = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
"""The end of the text keys for each PARTSTAT that a person can answer."""
_VERBS: Final = {"ACCEPTED": "accept", "DECLINED": "decline", "TENTATIVE": "tentative"}
_ANSWERING: Final = {"one": False, "from": True}
"""The word in the data of a button that answers for one date, and whether all later dates are answered too."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The dates that an answer is for, and the answer. ``recurrence_id`` None: the whole event."""

    stream_id: UUID
    recurrence_id: str | None
    following: bool
    partstat: str


def read_choice(data: str) -> Choice | None:
    """The answer that a button gives; None for data that no button of ours has.

    ``rsvp:<event id>:<PARTSTAT>`` is for the whole event, ``card:one:<token>:<PARTSTAT>`` for one date, ``card:from:…``
    for that and all later ones.
    """
    head, _, partstat = data.rpartition(":")
    if partstat not in ANSWERS:
        return None
    if head.startswith("rsvp:"):
        try:
            return Choice(UUID(head.removeprefix("rsvp:")), None, following=False, partstat=partstat)
        except ValueError:
            return None
    words = head.split(":", 2)
    named = read_token(words[2]) if len(words) == 3 else None
    if named is None or words[0] != "card" or words[1] not in _ANSWERING or named[1] is None:
        return None
    return Choice(*named, following=_ANSWERING[words[1]], partstat=partstat)


def asking(card: Card, language: str, *, following: bool = False) -> InlineKeyboardMarkup:
    """The three answers, for the dates that the card names; below them, the choice of other dates."""
    stream, rid = card.entry.stream_id, card.recurrence_id
    token = token_of(stream, rid)
    head = f"rsvp:{stream}" if rid is None else f"card:{'from' if following else 'one'}:{token}"
    rows = [[_button(language, f"button-{verb}", f"{head}:{partstat}") for partstat, verb in _VERBS.items()]]
    rows.append([propose_button(stream, rid, language)])
    if card.recurs and rid is None:
        rows.append([_button(language, "button-one-date", f"card:dates:{token}")])
    elif card.recurs:
        other = ("button-this-date", "ask") if following else ("button-following", "ahead")
        scope = [_button(language, other[0], f"card:{other[1]}:{token}")]
        rows.append([*scope, _button(language, "button-all-dates", f"card:ask:{token_of(stream)}")])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def answered(card: Card, language: str) -> InlineKeyboardMarkup:
    """The buttons below an answer: another answer, a note, and the next date that waits for one."""
    stream = card.entry.stream_id
    token = token_of(stream, card.recurrence_id)
    change = f"change:{stream}" if card.recurrence_id is None else f"card:ask:{token}"
    row = [_button(language, "button-change", change), _button(language, "button-note", f"card:note:{token}")]
    rows = [row]
    if card.waiting:
        rows.append([_button(language, "button-next-date", f"card:ask:{token_of(stream, card.waiting[0])}")])
    elif card.recurs and card.recurrence_id is None:
        rows.append([_button(language, "button-one-date", f"card:dates:{token}")])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def dates(stream_id: UUID, found: Sequence[tuple[str, Moment]], display: Display) -> InlineKeyboardMarkup:
    """A button for each date of a series, and the way back."""
    rows = [
        [InlineKeyboardButton(text=moment_of(start, display), callback_data=f"card:ask:{token_of(stream_id, rid)}")]
        for rid, start in found
    ]
    rows.append([_button(display.language, "button-all-dates", f"card:ask:{token_of(stream_id)}")])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _button(language: str, key: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=plain(language, key), callback_data=data)
