"""Sends and edits the card of mails that wait for the person's decision."""

from __future__ import annotations

from televent.adapters.telegram.cards.living_cards import edit, holding
from televent.adapters.telegram.cards.parked_cards import parked_card, settled_card
from televent.adapters.telegram.notices.chat import Chat
from televent.application.living_messages import Living
from televent.application.messages.chat import ParkedCard
from televent.application.use_cases.mail.parked_cards import asked_view
from televent.domain.ids import AccountId


async def send_parked(chat: Chat, notice: ParkedCard) -> None:
    """Shows the mails that wait. Those of one unknown sender are one card, which grows.

    Telegram does not ring for an edit, so a stranger who sends many mails rings once. The card of a manager says who
    has decided; theirs who did say so since their tap.
    """
    async with holding(chat, notice.card_id, "card") as holds:
        was, backend, tenant = holds.was, chat.door.backend, chat.person.account.tenant
        team = AccountId(notice.team) if notice.team is not None else None
        view = await chat.door.run(asked_view, backend, tenant, notice.card_id, team)
        if view is not None and view.settled_by is not None and view.state != "waiting" and view.settled_by != tenant:
            if was.message_id is not None and was.chat_id == chat.chat_id:
                await edit(chat, was.message_id, settled_card(view, chat.person.language), None)
            return
        if view is None or view.state != "waiting" or was.shown == view.newest:
            return  # It was decided about, or told, in the meantime.
        text, buttons = parked_card(view, chat.person.display, team)
        now = backend.clock()
        grows = was.message_id is not None and was.chat_id == chat.chat_id and was.since == view.decided
        if grows and was.message_id is not None and await edit(chat, was.message_id, text, buttons):
            holds.now = Living(chat.chat_id, was.message_id, view.decided, view.newest, was.sent_at)
            return
        sent = await chat.bot.send_message(chat.chat_id, text, reply_markup=buttons)
        holds.now = Living(chat.chat_id, sent.message_id, view.decided, view.newest, now)
