"""Sends and edits the card of mails that wait for the person's decision."""

from __future__ import annotations

from televent.adapters.telegram.cards.living_cards import edit, holding, take_buttons
from televent.adapters.telegram.cards.parked_cards import parked_card, settled_card
from televent.adapters.telegram.notices.chat import Chat
from televent.application.living_messages import Living
from televent.application.messages.chat import ParkedCard
from televent.application.use_cases.mail.parked_cards import ParkedView, asked_view, may_grow, shows_all
from televent.domain.ids import AccountId


async def send_parked(chat: Chat, notice: ParkedCard) -> None:
    """Shows the mails that wait. Those of one unknown sender are one card, which grows.

    Telegram does not ring for an edit, so a stranger who sends many mails rings once. The card of a manager says who
    has decided; theirs who did say so since their tap.
    """
    async with holding(chat, notice.card_id, "card") as holds:
        was, backend, tenant = holds.was, chat.door.backend, chat.person.account.tenant
        team = AccountId(notice.team) if notice.team is not None else None
        old = was.message_id if was.chat_id == chat.chat_id else None
        view = await chat.door.run(asked_view, backend, tenant, notice.card_id, team)
        if view is None or (view.state == "waiting" and shows_all(was, view)):
            return  # It was decided about, or told, in the meantime.
        if view.state != "waiting":
            if old is not None:
                await _say_who_decided(chat, old, view)
            return
        text, buttons = parked_card(view, chat.person.display, team)
        now = backend.clock()
        if old is not None and may_grow(was, view) and await edit(chat, old, text, buttons):
            holds.now = Living(chat.chat_id, old, view.decided, view.newest, was.sent_at)
            return
        if old is not None:
            # Its buttons name the same card: a tap there would decide about mails that it does not show.
            if not await _say_who_decided(chat, old, view):
                await take_buttons(chat, old)
            await chat.turn()
        sent = await chat.bot.send_message(chat.chat_id, text, reply_markup=buttons)
        holds.now = Living(chat.chat_id, sent.message_id, view.decided, view.newest, now)


async def _say_who_decided(chat: Chat, message_id: int, view: ParkedView) -> bool:
    """Writes into the card of a manager that another one has decided; False where that is not so."""
    if view.settled_by is None or view.settled_by == chat.person.account.tenant:
        return False
    await edit(chat, message_id, settled_card(view, chat.person.language), None)
    return True
