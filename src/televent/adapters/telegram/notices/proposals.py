"""Tells the organizer of a proposal of another time, and the attendee that it was declined."""

from __future__ import annotations

from televent.adapters.telegram.cards.proposal_cards import (
    comment_lines,
    proposal_buttons,
    proposal_text,
    shown,
    span_of,
    title_of,
)
from televent.adapters.telegram.notices.chat import Chat
from televent.adapters.telegram.texts import say
from televent.application.messages.proposals import ProposalDeclinedNotice, ProposalNotice
from televent.application.use_cases.scheduling.proposals import open_proposals


async def send_proposal(chat: Chat, notice: ProposalNotice) -> None:
    """Sends the proposal with its buttons. Nothing is sent where it was answered, or replaced, in the meantime."""
    person, backend = chat.person, chat.door.backend
    waiting = await chat.door.run(lambda: open_proposals(backend, person.account.tenant, notice.stream_id))
    standing = next((each for each in waiting if each.proposal.key == notice.proposal), None)
    if standing is None:
        return
    name = notice.attendee_name or notice.attendee
    text = proposal_text(name, notice.summary, notice.was, notice.now, notice.comment, person.display)
    if standing.outdated:
        text += f"\n\n{say(person.language, 'proposal-outdated')}"
    elif standing.every_date:
        text += f"\n\n{say(person.language, 'proposal-series')}"
    if standing.whole_series and not standing.outdated:
        text += f"\n\n{say(person.language, 'refusal-SeriesProposal')}"
    can_accept = not standing.outdated and not standing.whole_series
    buttons = proposal_buttons(notice.stream_id, notice.proposal, person.language, open_=can_accept)
    await chat.bot.send_message(chat.chat_id, text, reply_markup=buttons)


async def send_declined(chat: Chat, notice: ProposalDeclinedNotice) -> None:
    """Sends the refusal with the time that was proposed."""
    language = chat.person.language
    text = say(
        language,
        "proposal-declined",
        name=notice.organizer_name or notice.organizer,
        title=title_of(notice.summary, language),
        when=shown(span_of(notice.proposed.start, notice.proposed.end), chat.person.display),
    )
    await chat.bot.send_message(chat.chat_id, "\n".join([text, *comment_lines(notice.comment, language)]))
