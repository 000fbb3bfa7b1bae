"""Tells a person what becomes of the account whose erasure was requested."""

from __future__ import annotations

from televent.adapters.telegram.handlers.leaving import keep_button
from televent.adapters.telegram.notices.chat import Chat
from televent.adapters.telegram.texts import say
from televent.application.messages.erasure import ErasureNotice, is_outdated
from televent.wording.times import moment_of


async def send_erasure(chat: Chat, notice: ErasureNotice) -> None:
    """Sends the notice, with a button that keeps the account; skips one that is outdated."""
    person = chat.person
    if is_outdated(notice, person.account.erase_at):
        return
    if notice.final_at is None:
        await chat.bot.send_message(chat.chat_id, say(person.language, "erasure-kept"))
        return
    text = say(person.language, f"erasure-{notice.what}", at=moment_of(notice.final_at, person.display))
    await chat.bot.send_message(chat.chat_id, text, reply_markup=keep_button(person.language))
