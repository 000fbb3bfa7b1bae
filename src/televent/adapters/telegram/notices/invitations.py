"""Sends the card of an invitation, of its update and of its cancellation."""

from __future__ import annotations

from televent.adapters.telegram.cards.living_cards import tell
from televent.adapters.telegram.notices.chat import Chat
from televent.application.messages.chat import InvitationCard


async def send_invitation(chat: Chat, notice: InvitationCard) -> None:
    """Sends the card that tells what is new."""
    await tell(chat, notice)
