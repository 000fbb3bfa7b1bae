"""The organizer accepts or declines the time that an attendee proposes, by a tap, and perhaps with a note."""

from __future__ import annotations

from uuid import UUID

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.cards.proposal_cards import MAX_COMMENT, proposal_buttons
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.proposals.saying import REFUSALS, refused
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain_refusal, say
from televent.adapters.telegram.tokens import read_token
from televent.application.refusals import OutdatedProposal, SeriesProposal
from televent.application.use_cases.scheduling.proposals import Outcome, accept_proposal, decline_proposal

router = Router(name="proposals-answering")


class Declining(StatesGroup):
    """The question for a note to the attendee."""

    note = State()


@router.callback_query(F.data.startswith("proposal:"))
async def answer(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Stores the organizer's answer, then shows it on the card. A card that is outdated loses the button to accept."""
    named = _named(query.data or "")
    if named is None or not isinstance(query.message, Message):
        await acknowledge(query)
        return
    word, proposal, stream_id = named
    if word == "note":
        await state.set_state(Declining.note)
        await state.set_data({"proposal": proposal, "stream": str(stream_id)})
        await query.message.answer(say(person.language, "ask-proposal-note"))
        await acknowledge(query)
        return
    context = door.context(person.account.tenant, f"proposal:{query.id}")
    act = accept_proposal if word == "yes" else decline_proposal
    try:
        outcome = await door.run(lambda: act(door.backend, context, stream_id=stream_id, proposal=proposal))
    except REFUSALS as refusal:
        outdated = isinstance(refusal, OutdatedProposal | SeriesProposal)
        text = f"{query.message.html_text}\n\n{refused(refusal, person.language)}"
        buttons = proposal_buttons(stream_id, proposal, person.language, open_=False) if outdated else None
        await show(query.message, text, buttons)
        await acknowledge(query, plain_refusal(person.language, refusal), alert=True)
        return
    await show(query.message, f"{query.message.html_text}\n\n{_told(outcome, person)}")
    await acknowledge(query)


@router.message(Declining.note, F.text, ~F.text.startswith("/"))
async def note(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Declines the proposal with the text of the message as the comment."""
    data = await state.get_data()
    text = " ".join((message.text or "").split())
    if len(text) > MAX_COMMENT:
        await message.answer(say(person.language, "comment-too-long", limit=MAX_COMMENT))
        return
    context = door.context(person.account.tenant, f"proposal-note:{message.chat.id}:{message.message_id}")
    stream_id, proposal = UUID(data["stream"]), data["proposal"]
    try:
        outcome = await door.run(
            lambda: decline_proposal(door.backend, context, stream_id=stream_id, proposal=proposal, comment=text)
        )
    except REFUSALS as refusal:
        await state.clear()
        await message.answer(refused(refusal, person.language))
        return
    await state.clear()
    await message.answer(_told(outcome, person))


def _told(outcome: Outcome, person: Person) -> str:
    answered = outcome.proposal.answer or "declined"
    name = outcome.proposal.name or outcome.proposal.attendee
    return say(person.language, f"proposal-you-{answered}", name=name)


def _named(data: str) -> tuple[str, str, UUID] | None:
    """The word, the proposal's key and the event of callback data; None where they are none."""
    parts = data.split(":")
    token = read_token(parts[3]) if len(parts) == 4 and parts[1] in ("yes", "no", "note") else None
    return (parts[1], parts[2], token[0]) if token is not None else None
