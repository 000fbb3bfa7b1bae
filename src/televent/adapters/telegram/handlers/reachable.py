"""Notes that a person has blocked the bot, or lets it write again."""

from __future__ import annotations

import contextlib

from aiogram import Router
from aiogram.enums import ChatMemberStatus
from aiogram.types import ChatMemberUpdated

from televent.adapters.telegram.door import BotDoor, NotStarted

router = Router(name="reachable")


@router.my_chat_member()
async def member(update: ChatMemberUpdated, door: BotDoor) -> None:
    """Notes whether the person's private chat takes messages now."""
    with contextlib.suppress(NotStarted):
        person, backend = await door.person(update.from_user), door.backend
        if update.new_chat_member.status in (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT):
            reason = "the person has blocked the bot"
            await door.run(backend.chats.close, person.account.tenant, reason, backend.clock())
        else:
            await door.run(backend.chats.open, person.account.tenant)
