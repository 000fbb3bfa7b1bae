"""Tells the organizer what attendees answered: one message for the answers of a minute, which grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from televent.adapters.telegram.cards.answer_lines import answer_lines
from televent.adapters.telegram.cards.living_cards import edit, holding
from televent.adapters.telegram.cards.meeting_cards import title_of, when
from televent.adapters.telegram.notices.chat import Chat
from televent.adapters.telegram.texts import MESSAGE_LIMIT
from televent.application.living_messages import Living
from televent.application.messages.chat import AnswerNotice
from televent.application.use_cases.scheduling.cards import Card, card_of
from televent.application.use_cases.scheduling.news import Answers, answers_of
from televent.domain.calendar_object.details import Answered

GATHERED: Final = timedelta(minutes=1)
"""Time after the first answer of a message for which later ones are written into it."""


async def send_answer(chat: Chat, notice: AnswerNotice) -> None:
    """Writes all answers that were not told yet into the message of the last minute, or sends a new one.

    Telegram does not ring for an edit, so two hundred answers ring once a minute.
    """
    async with holding(chat, notice.stream_id, "answers") as holds:
        was, now = holds.was, chat.door.backend.clock()
        if notice.version and was.shown >= notice.version:
            return
        if was.message_id is not None and was.sent_at is not None and now - was.sent_at < GATHERED:
            together = await _answers(chat, notice, was.since)
            texts = await _texts(chat, notice, together.answers)
            if len(texts) == 1 and was.chat_id == chat.chat_id:
                if await edit(chat, was.message_id, texts[0], None):
                    holds.now = Living(was.chat_id, was.message_id, was.since, together.version, was.sent_at)
                    return
                await chat.turn()
        new = await _answers(chat, notice, was.shown)
        told = None
        for text in await _texts(chat, notice, new.answers):
            if told is not None:
                await chat.turn()
            sent = await chat.bot.send_message(chat.chat_id, text)
            told = Living(chat.chat_id, sent.message_id, was.shown, new.version, now)
        # Only now: where one of several messages fails, all come again, which is better than that the rest is lost.
        holds.now = told


async def _answers(chat: Chat, notice: AnswerNotice, after: int) -> Answers:
    backend, tenant = chat.door.backend, chat.person.account.tenant
    return await chat.door.run(lambda: answers_of(backend, tenant, notice.stream_id, after=after))


async def _texts(chat: Chat, notice: AnswerNotice, answers: Sequence[Answered]) -> list[str]:
    """The answers in as few messages as they fit into, each with the event at its end."""
    if not answers:
        return []
    backend, tenant, display = chat.door.backend, chat.person.account.tenant, chat.person.display
    dates = {each.occurrence.recurrence_id if each.occurrence is not None else None for each in answers}
    rid = dates.pop() if len(dates) == 1 else None

    def card() -> Card | None:
        one = card_of(backend, tenant, notice.stream_id, rid, now=backend.clock()) if rid is not None else None
        return one or card_of(backend, tenant, notice.stream_id, now=backend.clock())

    found = await chat.door.run(card)
    if found is None:
        return []  # The organizer has deleted the event since.
    title, time, code = title_of(found, display.language), when(found, display), found.entry.code
    foot = f"\n\n📅 <b>{title}</b>\n🕒 {time}\n<code>{code}</code>"
    texts, kept = [], ""
    for line in answer_lines(await _naming_delegates(chat, answers), display):
        if kept and len(kept) + len(line) + len(foot) >= MESSAGE_LIMIT:
            texts.append(kept + foot)
            kept = ""
        kept += f"\n{line}" if kept else line
    return [*texts, kept + foot]


async def _naming_delegates(chat: Chat, answers: Sequence[Answered]) -> list[Answered]:
    """The answers with the names of delegates who are people here, instead of their addresses."""
    addresses = {each.delegated_to for each in answers if each.delegated_to}
    found = await chat.door.run(chat.door.backend.people.accounts_of_addresses, addresses) if addresses else {}
    names = {address: account.name for address, account in found.items()}
    return [replace(each, delegated_to=names.get(each.delegated_to or "", each.delegated_to)) for each in answers]
