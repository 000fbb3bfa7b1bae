"""``/export``: the person's calendars as one file, or with "gdpr" the archive of everything that is held on them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from typing import IO, Final

from aiogram import Bot, Router
from aiogram.enums import ChatAction
from aiogram.filters import Command, CommandObject
from aiogram.types import InputFile, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.texts import say
from televent.application.exporting.writing import write_archive, write_calendars
from televent.application.use_cases.people.own_archive import note_export

router = Router(name="exporting")

MAX_UPLOAD: Final = 49 * 1024 * 1024
"""Max bytes of a file that a bot can send (Bot API, sendDocument: 50 MB)."""
ALL: Final = frozenset({"gdpr", "all", "everything", "всё", "все"})
"""The words behind the command that mean everything."""
_AT_ONCE: Final = asyncio.Semaphore(2)
"""Exports that are made at once: each holds two connections to the database and a thread to its end."""


@router.message(Command("export"))
async def export(message: Message, command: CommandObject, bot: Bot, door: BotDoor, person: Person) -> None:
    """Makes the file and sends it. Nothing of it stays on the disk."""
    words, language = (command.args or "").strip().lower(), person.language
    if words and words not in ALL:
        await message.answer(say(language, "export-usage"))
        return
    await bot.send_chat_action(message.chat.id, ChatAction.UPLOAD_DOCUMENT)
    async with _AT_ONCE:
        if words:
            context = door.context(person.account.tenant, f"export:{message.chat.id}:{message.message_id}")
            await door.run(note_export, door.backend, context)
        await _export(message, door, person, everything=bool(words))


async def _export(message: Message, door: BotDoor, person: Person, *, everything: bool) -> None:
    language, tenant = person.language, person.account.tenant
    with tempfile.TemporaryFile() as file:
        if everything:
            count = await door.run(write_archive, door.backend, tenant, file)
            name, caption = f"televent-{door.backend.clock():%Y-%m-%d}.zip", "export-all-caption"
        else:
            count = await door.run(write_calendars, door.backend, tenant, file)
            name, caption = "my_calendar.ics", "export-caption"
        if not count:
            await message.answer(say(language, "export-empty"))
            return
        if file.tell() > MAX_UPLOAD:
            await message.answer(say(language, "export-too-large", limit=MAX_UPLOAD // 1024**2))
            return
        await message.answer_document(_Open(file, name), caption=say(language, caption, count=count))


class _Open(InputFile):
    """An open file, which is read again from its start on each attempt to send it."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        super().__init__(name)
        self._file = file

    async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:
        self._file.seek(0)
        while chunk := self._file.read(self.chunk_size):
            yield chunk
