"""Handles /device add, /device list and /device revoke."""

from __future__ import annotations

from datetime import datetime

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.texts import fitting, say
from televent.application.read_models.accounts import DeviceRow
from televent.application.use_cases.people import devices

router = Router(name="devices")


@router.message(Command("device"))
async def device(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """Adds, lists or revokes a device password."""
    verb, _, rest = (command.args or "").strip().partition(" ")
    rest = rest.strip()
    if verb == "add":
        await _add(message, door, person, rest)
    elif verb == "list":
        await _list(message, person)
    elif verb == "revoke" and rest:
        await _revoke(message, door, person, rest)
    else:
        await message.answer(say(person.language, "device-usage"))


async def _add(message: Message, door: BotDoor, person: Person, name: str) -> None:
    context = door.context(person.account.tenant, f"device:{message.chat.id}:{message.message_id}")
    made = await door.run(lambda: devices.add_device(door.backend, context, name=name))
    await message.answer(
        say(
            person.language,
            "device-added",
            name=made.name,
            url=door.public_url,
            user=str(person.account.telegram_id),
            password=made.password,
        )
    )


async def _list(message: Message, person: Person) -> None:
    rows = _ordered(person)
    if not rows:
        await message.answer(say(person.language, "device-none"))
        return
    lines = [
        say(
            person.language,
            "device-line",
            number=number,
            name=row.name,
            created=_day(row.created_at, person),
            used=_day(row.last_used_at, person) if row.last_used_at else say(person.language, "device-never"),
        )
        for number, row in enumerate(rows, 1)
    ]
    await message.answer(fitting(lines, person.language))


async def _revoke(message: Message, door: BotDoor, person: Person, which: str) -> None:
    rows = _ordered(person)
    chosen = next((row for n, row in enumerate(rows, 1) if which in (str(n), row.name, str(row.device_id))), None)
    if chosen is None:
        await message.answer(say(person.language, "device-unknown"))
        return
    context = door.context(person.account.tenant, f"revoke:{message.chat.id}:{message.message_id}")
    await door.run(lambda: devices.revoke_device(door.backend, context, device_id=chosen.device_id))
    await message.answer(say(person.language, "device-revoked", name=chosen.name))


def _ordered(person: Person) -> list[DeviceRow]:
    return sorted(person.account.devices, key=lambda row: row.created_at)


def _day(moment: datetime, person: Person) -> str:
    return f"{moment.astimezone(person.zone):%Y-%m-%d %H:%M}"
