"""Asks the organizer about an answer of a person who was not invited."""

from __future__ import annotations

from televent.adapters.telegram.notices.chat import Chat
from televent.adapters.telegram.texts import say
from televent.adapters.telegram.uninvited_cards import uninvited_buttons
from televent.application.messages.chat import UninvitedAnswer


async def send_uninvited(chat: Chat, notice: UninvitedAnswer) -> None:
    """Sends the question with its buttons."""
    language = chat.person.language
    text = say(language, "party-crasher", summary=notice.summary, sender=notice.address)
    buttons = uninvited_buttons(notice.stream_id, notice.address, language)
    await chat.bot.send_message(chat.chat_id, text, reply_markup=buttons)
