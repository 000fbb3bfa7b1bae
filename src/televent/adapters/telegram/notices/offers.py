"""Offers to import a calendar that came by mail, with the preview that a file in the chat gets (ADR 52)."""

from __future__ import annotations

from uuid import uuid5

from aiogram.types import BufferedInputFile

from televent.adapters.telegram.handlers.files.pages import Looked, preview
from televent.adapters.telegram.notices.chat import Chat
from televent.adapters.telegram.texts import say
from televent.application.messages.chat import CalendarOffer
from televent.application.use_cases.importing.import_objects import standing_of
from televent.ical.mending.files import CalendarFile, read_any_file

NAME = "calendar.ics"


async def send_offer(chat: Chat, offer: CalendarOffer) -> None:
    """Sends the calendar as a file and its preview. The file stays with Telegram, as one that the person sent."""
    language, door, tenant = chat.person.language, chat.door, chat.person.account.tenant
    file = await door.run(read_any_file, offer.text.encode())

    def look() -> Looked:
        """As for a file; METHOD says nothing to its reader."""
        shown = CalendarFile("", file.objects, file.unreadable, file.reasons)
        return Looked(NAME, shown, tuple(standing_of(door.backend, tenant, each) for each in file.objects))

    sent = await chat.bot.send_document(
        chat.chat_id,
        BufferedInputFile(offer.text.encode(), NAME),
        caption=say(language, "offer-from", sender=offer.sender[:254] or "?"),
    )
    if sent.document is None:
        return
    id_ = uuid5(tenant, f"offer:{sent.chat.id}:{sent.message_id}")
    content = {"kind": "file", "file": sent.document.file_id, "name": NAME}
    await door.run(door.backend.drafts.write, tenant, id_, content, door.backend.clock())
    text, keyboard = preview(await door.run(look), id_, chat.person.display)
    await chat.bot.send_message(chat.chat_id, text, reply_markup=keyboard)
