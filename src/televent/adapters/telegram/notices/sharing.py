"""Tells a sharee about a calendar that is shared with them."""

from __future__ import annotations

from televent.adapters.telegram.cards import cards
from televent.adapters.telegram.handlers.sharing import access_words
from televent.adapters.telegram.notices.chat import Chat
from televent.adapters.telegram.texts import say
from televent.application.messages.chat import ShareNotice
from televent.application.messages.share_local import STATUS_OF
from televent.application.use_cases.calendars.sharing import inviter_of


async def send_share(chat: Chat, notice: ShareNotice) -> None:
    """Tells that a calendar is offered, changed or withdrawn; skips a notice that is outdated."""
    language, what, share_id = chat.person.language, notice.what, notice.share_id
    backend = chat.door.backend
    rows = await chat.door.run(backend.reads.shares_of, chat.person.account.tenant)
    if not any(row.share_id == share_id and row.status == STATUS_OF.get(what, what) for row in rows):
        return
    name = notice.name
    if what == "invited":
        name = await chat.door.run(inviter_of, backend, notice.inviter)
    values = {"name": name or "?", "title": notice.title, "access": access_words(language, notice.access)}
    buttons = cards.share_buttons(str(share_id), language) if what in ("offered", "invited") else None
    await chat.bot.send_message(chat.chat_id, say(language, f"share-{what}", **values), reply_markup=buttons)
