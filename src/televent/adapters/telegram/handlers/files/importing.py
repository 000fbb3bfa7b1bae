"""Handles calendar files: a preview, then the import. The file stays with Telegram and is read again after the tap."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from typing import Any, Final
from uuid import UUID, uuid5

from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, Document, Message

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.files.pages import PREFIX, Looked, invitation, preview
from televent.adapters.telegram.taps import acknowledge, show, take_buttons_away
from televent.adapters.telegram.texts import plain, say
from televent.adapters.telegram.tokens import read_token
from televent.application.use_cases.importing.import_objects import (
    Invited,
    Standing,
    import_object,
    invited,
    receive_invitation,
    standing_of,
)
from televent.domain.refusal import Refusal
from televent.ical.mending.files import MAX_FILE, MAX_OBJECTS, CalendarFile, read_any_file
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError, TooLarge

router = Router(name="files")

NAMES: Final = (".ics", ".ical", ".icalendar", ".ifb", ".vcs")
TYPES: Final = ("text/calendar", "text/x-vcalendar", "application/ics", "application/calendar")
MAYBE: Final = ("text/plain", "application/octet-stream", "")
"""MIME types of files that may be calendars under another name."""
MAX_MAYBE: Final = 1024 * 1024
"""Max bytes of such a file that is looked into."""
CHUNK: Final = 100
"""Objects that are imported between two notes of the progress."""
ANSWERED: Final = frozenset({"REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH", "CANCEL", "ADD"})
"""Methods about a meeting that exists. A file proves no sender, so they are not applied."""


@router.message(F.document)
async def document(message: Message, bot: Bot, door: BotDoor, person: Person) -> None:
    """Shows what is in a calendar file. Other files are for others to answer."""
    sent = message.document
    assert sent is not None
    language, surely = person.language, _is_calendar(sent)
    if (sent.file_size or 0) > (MAX_FILE if surely else MAX_MAYBE):
        if not surely:
            raise SkipHandler
        await message.answer(say(language, "file-too-large", limit=MAX_FILE // 1024**2))
        return
    if not surely and (sent.mime_type or "") not in MAYBE:
        raise SkipHandler
    data = await _download(bot, sent.file_id)
    if not surely and (data is None or b"BEGIN:VCALENDAR" not in data[:4096].upper()):
        raise SkipHandler
    read = await door.run(_read, data) if data is not None else "file-gone"
    if isinstance(read, str):
        await message.answer(say(language, read, limit=MAX_FILE // 1024**2, count=MAX_OBJECTS))
        return
    id_ = uuid5(person.account.tenant, f"file:{message.chat.id}:{message.message_id}")
    content = {"kind": "file", "file": sent.file_id, "name": sent.file_name or ""}
    await door.run(door.backend.drafts.write, person.account.tenant, id_, content, door.backend.clock())
    await _show(message, door, person, id_, sent.file_name or "", read)


async def _show(message: Message, door: BotDoor, person: Person, id_: UUID, name: str, file: CalendarFile) -> None:
    """The preview of a file that can be read."""
    language, backend, tenant = person.language, door.backend, person.account.tenant
    if file.method in ANSWERED:
        await message.answer(say(language, "file-message", method=file.method))
        return
    if file.method == "REQUEST" and len(file.objects) == 1:
        how = await door.run(invited, backend, tenant, file.objects[0])
        if how in (Invited.HERE, Invited.ORGANIZER_HERE):
            await message.answer(say(language, f"file-invitation-{how.value}"))
            return
        if how is Invited.ANSWERABLE:
            text, buttons = invitation(file.objects[0], id_, person.display)
            await message.answer(text, reply_markup=buttons)
            return

    def look() -> Looked:
        return Looked(name, file, tuple(standing_of(backend, tenant, each) for each in file.objects))

    shown, keyboard = preview(await door.run(look), id_, person.display)
    await message.answer(shown, reply_markup=keyboard)


@router.callback_query(F.data.startswith(PREFIX))
async def tapped(query: CallbackQuery, bot: Bot, door: BotDoor, person: Person) -> None:
    """Imports the file that the preview shows, or gives it up."""
    token, _, verb = (query.data or "").removeprefix(PREFIX).partition(":")
    named, message, language = read_token(token), query.message, person.language
    content: dict[str, Any] | None = None
    if named is not None:
        content = await door.run(door.backend.drafts.read, person.account.tenant, named[0])
    if content is None or content.get("kind") != "file" or not isinstance(message, Message) or named is None:
        await refuse_dead(query, language, "file-forgotten")
        return
    if verb == "no":
        await show(message, say(language, "file-not-imported"))
        await acknowledge(query)
        return
    data = await _download(bot, content["file"])
    read = await door.run(_read, data) if data is not None else "file-gone"
    if isinstance(read, str) or verb not in ("all", "new", "add"):
        key = read if isinstance(read, str) else "button-dead"
        await take_buttons_away(message)
        await acknowledge(query, plain(language, key, limit=MAX_FILE // 1024**2, count=MAX_OBJECTS), alert=True)
        return
    if verb == "add":
        await _receive(message, door, person, named[0], read)
    else:
        await _import(message, door, person, named[0], read, only_new=verb == "new")
    await acknowledge(query)


async def _receive(message: Message, door: BotDoor, person: Person, id_: UUID, file: CalendarFile) -> None:
    """Stores the invitation. Its card, with the buttons to answer, follows from that."""
    language, text = person.language, file.objects[0]
    how = await door.run(invited, door.backend, person.account.tenant, text)
    if how is not Invited.ANSWERABLE:
        await show(message, say(language, f"file-invitation-{how.value}"))
        return
    organizer = text.reading.organizer
    assert organizer is not None
    name = plain(language, "file-unproven", name=(organizer.cn or organizer.address)[:64])
    context = door.context(person.account.tenant, f"file:{id_}")
    await door.run(lambda: receive_invitation(door.backend, context, text=text, name=name))
    await show(message, say(language, "file-added"))


async def _import(
    message: Message, door: BotDoor, person: Person, id_: UUID, file: CalendarFile, *, only_new: bool
) -> None:
    language, backend = person.language, door.backend
    context = door.context(person.account.tenant, f"file:{id_}")
    done: Counter[Standing] = Counter()
    refused: list[Refusal] = []

    def some(texts: tuple[CalendarText, ...]) -> None:
        for text in texts:
            if only_new and standing_of(backend, context.tenant, text) is not Standing.NEW:
                done[Standing.HERE] += 1
                continue
            result = import_object(backend, context, text=text)
            if result.refusal is not None:
                refused.append(result.refusal)
            else:
                done[result.standing] += 1

    total = len(file.objects)
    for first in range(0, total, CHUNK):
        await door.run(some, file.objects[first : first + CHUNK])
        if first + CHUNK < total:
            await show(message, say(language, "file-progress", done=first + CHUNK, total=total))
    lines = [say(language, "file-imported", count=done[Standing.NEW] + done[Standing.NEWER])]
    if done[Standing.HERE]:
        lines.append(say(language, "file-here", count=done[Standing.HERE]))
    if refused or file.unreadable:
        lines.append(say(language, "file-refused", count=len(refused) + file.unreadable))
    if refused:
        lines.append(say(language, "refused", sentence=str(refused[0])))
    await show(message, "\n".join(lines))


def _read(data: bytes) -> CalendarFile | str:
    """The file, or the key of the sentence that says why it cannot be read."""
    try:
        file = read_any_file(data)
    except TooLarge:
        return "file-too-many"
    except IcalError:
        return "file-broken"
    return file if file.objects else "file-broken" if file.unreadable else "file-empty"


async def _download(bot: Bot, file_id: str) -> bytes | None:
    """The content of a file; None where Telegram does not give it any more."""
    try:
        file = await bot.get_file(file_id)
        if file.file_path is None or (file.file_size or 0) > MAX_FILE:
            return None
        into = BytesIO()
        await bot.download_file(file.file_path, into)
    except TelegramBadRequest:
        return None
    return into.getvalue()


def _is_calendar(sent: Document) -> bool:
    return (sent.file_name or "").lower().endswith(NAMES) or (sent.mime_type or "").lower().startswith(TYPES)
