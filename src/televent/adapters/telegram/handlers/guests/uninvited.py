"""The organizer decides about a person who would come without an invitation."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.cards.uninvited_cards import PREFIX, read_uninvited
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, plain_refusal, say
from televent.application.refusals import InvalidAddress, NotOrganizer, TooManyAttendees, UnknownResource
from televent.application.use_cases.scheduling.guests import INVITED, Fate
from televent.application.use_cases.scheduling.uninvited import admit_uninvited, refuse_uninvited

router = Router(name="uninvited")


@router.callback_query(F.data.startswith(PREFIX))
async def decide(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Invites the person, refuses them, or leaves it; the message then says which."""
    named = read_uninvited(query.data or "")
    if named is None or not isinstance(query.message, Message):
        await acknowledge(query)
        return
    word, stream_id, mark = named
    text = query.message.html_text
    if word == "no":
        await show(query.message, f"{text}\n\n{say(person.language, 'uninvited-left')}")
        await acknowledge(query)
        return
    context = door.context(person.account.tenant, f"uninvited:{query.id}")
    try:
        if word == "deny":
            refused = await door.run(lambda: refuse_uninvited(door.backend, context, stream_id=stream_id, mark=mark))
            key = "uninvited-there" if refused.invited else "uninvited-denied"
            await show(query.message, f"{text}\n\n{say(person.language, key)}")
            await acknowledge(query)
            return
        who, fate = await door.run(lambda: admit_uninvited(door.backend, context, stream_id=stream_id, mark=mark))
    except (UnknownResource, NotOrganizer, TooManyAttendees, InvalidAddress) as refusal:
        await acknowledge(query, plain_refusal(person.language, refusal), alert=True)
        return
    if fate is not Fate.ALREADY and fate not in INVITED:
        # The address is one that no mail can go to.
        await acknowledge(query, plain(person.language, "uninvited-cannot"), alert=True)
        return
    told = "uninvited-there" if fate is Fate.ALREADY else "uninvited-added" if who.wrote else "uninvited-invited"
    await show(query.message, f"{text}\n\n{say(person.language, told)}")
    await acknowledge(query)
