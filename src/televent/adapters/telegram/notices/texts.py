"""Sends a text of the catalogue of texts."""

from __future__ import annotations

from televent.adapters.telegram.notices.chat import Chat
from televent.adapters.telegram.texts import say
from televent.application.messages.chat import ChatText


async def send_text(chat: Chat, notice: ChatText) -> None:
    """Sends the text in the person's language."""
    values = dict(notice.values)
    if "sender" in values:
        values["sender"] = await chat.door.run(chat.door.backend.people.shown, values["sender"])
    await chat.bot.send_message(chat.chat_id, say(chat.person.language, notice.text_key, **values))
