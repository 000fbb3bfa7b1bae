"""Asks the organizer about a person who would come without an invitation."""

from __future__ import annotations

from televent.adapters.telegram.cards.uninvited_cards import uninvited_buttons
from televent.adapters.telegram.notices.chat import Chat
from televent.adapters.telegram.texts import say
from televent.application.messages.chat import UninvitedAnswer


async def send_uninvited(chat: Chat, notice: UninvitedAnswer) -> None:
    """Sends the question with its buttons."""
    language = chat.person.language
    key = "uninvited-delegate" if notice.delegator else "party-crasher"
    sender = await chat.door.run(chat.door.backend.people.shown, notice.address)
    text = say(language, key, summary=notice.summary, sender=sender, delegator=notice.delegator)
    buttons = uninvited_buttons(notice.stream_id, notice.address, language, wrote=not notice.delegator)
    await chat.bot.send_message(chat.chat_id, text, reply_markup=buttons)
