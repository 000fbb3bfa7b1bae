"""Undoes what one device did since a moment: choices, a preview, and nothing without a tap on its button."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from aiogram import F, Router
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.view import shortened
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, plain_refusal, say
from televent.adapters.telegram.tokens import read_token, token_of
from televent.application.event_store.context import Context
from televent.application.use_cases.events.undo_device import UndoneEvent, plan_undo_device, undo_device
from televent.wording.times import moment_of

router = Router(name="undoing-devices")

LISTED: Final = 5
"""Max events in a message that cannot be put back."""
AT_ONCE: Final = 50
"""Events that are put back between two messages about the progress."""
MAX_DEVICES: Final = 20
"""Max devices with a button. Those that were used last come first."""
KEPT: Final = timedelta(days=30)
"""How long a revoked device has a button after its last command."""
MAX_NAME: Final = 40
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\Z").match
_AGO: Final = re.compile(r"(\d{1,4}) ?(m|min|м|мин|h|ч|d|д)\Z").match
_UNITS: Final = {"m": timedelta(minutes=1), "м": timedelta(minutes=1), "h": timedelta(hours=1), "ч": timedelta(hours=1)}


async def undo_buttons(door: BotDoor, person: Person, only: UUID | None = None) -> InlineKeyboardMarkup | None:
    """A button for each device that has changed something, or for ``only`` that one; None without any."""
    names = await door.run(_names, door, person)
    rows = [
        [InlineKeyboardButton(text=plain(person.language, "button-undo-device", name=name), callback_data=_data(each))]
        for each, name in names.items()
        if only in (None, each)
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows[:MAX_DEVICES]) if rows else None


async def undo_by_words(message: Message, door: BotDoor, person: Person, words: str) -> None:
    """``/device undo <number> <moment>``: the preview, or the choices where there is no moment."""
    which, _, moment = words.partition(" ")
    names = await door.run(_names, door, person)
    ordered = sorted(person.account.devices, key=lambda row: row.created_at)
    numbered = {str(number): row.device_id for number, row in enumerate(ordered, 1)}
    device_id = numbered.get(which) or next((each for each in names if str(each) == which), None)
    if device_id is None:
        await message.answer(say(person.language, "device-unknown"))
        return
    name = names.get(device_id) or next(row.name for row in ordered if row.device_id == device_id)
    if not moment.strip():
        text, buttons = _choices(person, device_id, name)
    elif (since := since_of(moment.strip(), person.display.now)) is None:
        text, buttons = say(person.language, "device-undo-moment"), None
    else:
        text, buttons = await _preview(door, person, device_id, name, since)
    await message.answer(text, reply_markup=buttons)


@router.callback_query(F.data.startswith("undev:"))
async def tap(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Shows the choices, or the preview, or undoes."""
    _, first, choice = [*(query.data or "").split(":"), "", ""][:3]
    named, message = read_token(first), query.message
    names = await door.run(_names, door, person)
    if named is None or named[0] not in names or not isinstance(message, Message):
        await refuse_dead(query, person.language)
        return
    device_id, name, language, now = named[0], names[named[0]], person.language, person.display.now
    relative = {
        "hour": now - timedelta(hours=1),
        "today": datetime.combine(now, time(), now.tzinfo),
        "week": now - timedelta(days=7),
    }
    at = _pinned(choice[1:])
    if choice == "":
        text, buttons = _choices(person, device_id, name)
        await message.answer(text, reply_markup=buttons)
    elif choice == "other":
        ordered = sorted(person.account.devices, key=lambda row: row.created_at)
        numbers = [str(number) for number, row in enumerate(ordered, 1) if row.device_id == device_id]
        await message.answer(say(language, "device-undo-other", number=numbers[0] if numbers else str(device_id)))
    elif choice in relative:
        text, confirm = await _preview(door, person, device_id, name, relative[choice])
        await show(message, text, confirm)
    elif choice[:1] == "y" and at is not None:
        if not await _undo(message, door, person, device_id, name, at):
            await acknowledge(query, plain(language, "device-undo-again"))
            return
    else:
        await refuse_dead(query, language)
        return
    await acknowledge(query)


EARLIEST: Final = 1970
"""The first year of which a moment is read."""


def since_of(text: str, now: datetime) -> datetime | None:
    """The moment of "14:00" (the last one), "2h", "30m", "3d", "2026-11-21" or "2026-11-21 14:00" in the person's zone;
    None for anything else, and for the future."""
    if clock := _CLOCK(text):
        at = datetime.combine(now, time(int(clock[1]), int(clock[2])), now.tzinfo)
        return at if at <= now else datetime.combine(at - timedelta(days=1), at.time(), now.tzinfo)
    if ago := _AGO(text.lower()):
        return now - int(ago[1]) * _UNITS.get(ago[2][0], timedelta(days=1))
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.year < EARLIEST:
        return None  # some zones cannot say what time it was
    at = at if at.tzinfo is not None else at.replace(tzinfo=now.tzinfo)
    return at if at <= now else None


def _choices(person: Person, device_id: UUID, name: str) -> tuple[str, InlineKeyboardMarkup]:
    rows = [
        [
            InlineKeyboardButton(
                text=plain(person.language, f"button-undo-{each}"), callback_data=f"{_data(device_id)}:{each}"
            )
            for each in row
        ]
        for row in (("hour", "today", "week"), ("other",))
    ]
    return say(person.language, "device-undo-since", name=name), InlineKeyboardMarkup(inline_keyboard=rows)


async def _preview(
    door: BotDoor, person: Person, device_id: UUID, name: str, since: datetime
) -> tuple[str, InlineKeyboardMarkup | None]:
    tenant, now, language = person.account.tenant, person.display.now, person.language
    # The button has whole seconds.
    since = since.replace(microsecond=0)
    found = await door.run(
        lambda: list(
            plan_undo_device(
                door.backend, tenant, device_id=device_id, since=since.astimezone(UTC), now=now.astimezone(UTC)
            )
        )
    )
    shown = moment_of(since, person.display)
    if not found:
        return say(language, "device-undo-nothing", name=name, since=shown), None
    lines = [_counted("device-undo-preview", found, person, name, shown), *_left(found, person)]
    if all(each.refusal is not None for each in found):
        return "\n".join(lines), None
    lines.append(say(language, "device-undo-tells"))
    data = f"{_data(device_id)}:y{int(since.timestamp())}"
    button = InlineKeyboardButton(text=plain(language, "button-undo-device-yes"), callback_data=data)
    return "\n".join(lines), InlineKeyboardMarkup(inline_keyboard=[[button]])


async def _undo(message: Message, door: BotDoor, person: Person, device_id: UUID, name: str, since: datetime) -> bool:
    """Puts the events back, and tells of the progress; False where nothing was left."""
    tenant, language = person.account.tenant, person.language
    total = len(
        await door.run(
            lambda: list(plan_undo_device(door.backend, tenant, device_id=device_id, since=since, now=_now(person)))
        )
    )

    def context() -> Context:
        given = door.context(tenant, f"undo-device:{message.chat.id}:{message.message_id}")
        return replace(given, command_id=door.backend.ids())

    ran = undo_device(door.backend, context, tenant, device_id=device_id, since=since)
    done: list[UndoneEvent] = []
    while some := await door.run(_take, ran):
        done += some
        if len(done) < total:
            await show(message, say(language, "device-undo-running", count=len(done), total=total))
    if not any(each.refusal is None for each in done):
        return False
    lines = [_counted("device-undo-done", done, person, name, moment_of(since.astimezone(person.zone), person.display))]
    await show(message, "\n".join([*lines, *_left(done, person)]))
    return True


def _counted(key: str, found: list[UndoneEvent], person: Person, name: str, since: str) -> str:
    counts = Counter(each.did for each in found if each.refusal is None)
    numbers = {did: counts[did] for did in ("changed", "deleted", "created")}
    return say(person.language, key, name=name, since=since, **numbers)


def _left(found: list[UndoneEvent], person: Person) -> list[str]:
    """The events that stay as they are, and why."""
    language = person.language
    left = [(each, each.refusal) for each in found if each.refusal is not None]
    if not left:
        return []
    lines = [say(language, "device-undo-left", count=len(left))]
    for each, refusal in left[:LISTED]:
        title = shortened(each.summary, MAX_NAME) or say(language, "no-title")
        lines.append(f"• {title}: {html.escape(plain_refusal(language, refusal), quote=False)}")
    if len(left) > LISTED:
        lines.append(say(language, "device-undo-more", count=len(left) - LISTED))
    return lines


def _names(door: BotDoor, person: Person) -> dict[UUID, str]:
    """The names of the devices that have changed something: also of those that were revoked not long ago."""
    # Read again: the command before this may have revoked one.
    account = door.backend.reads.account(person.account.tenant)
    there = {row.device_id: row.name for row in account.devices} if account is not None else {}
    oldest = person.display.now - KEPT
    return {
        each.device_id: there.get(each.device_id) or plain(person.language, "device-gone", name=each.name[:MAX_NAME])
        for each in door.backend.origins.devices(person.account.tenant)
        if each.device_id in there or each.last_day_at >= oldest
    }


def _take(ran: Iterator[UndoneEvent]) -> list[UndoneEvent]:
    return list(islice(ran, AT_ONCE))


def _now(person: Person) -> datetime:
    return person.display.now.astimezone(UTC)


def _pinned(text: str) -> datetime | None:
    """The moment of a confirming button: seconds since 1970."""
    return datetime.fromtimestamp(int(text), UTC) if text.isdecimal() and text.isascii() and len(text) < 11 else None


def _data(device_id: UUID) -> str:
    return f"undev:{token_of(device_id)}"
