"""Handles /invite and /attendees, and invites people to an event."""

from __future__ import annotations

from uuid import UUID

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.finding import only_event
from televent.adapters.telegram.texts import fitting, say
from televent.application.use_cases.scheduling import meetings

router = Router(name="invite")

STATUS = {
    "ACCEPTED": "status-accepted",
    "DECLINED": "status-declined",
    "TENTATIVE": "status-tentative",
    "DELEGATED": "status-delegated",
}


@router.message(Command("invite"))
async def invite(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """``/invite <event> <email or @id …>``: the guests come last, the words before them name the event."""
    words = (command.args or "").split()
    guests: list[str] = []
    while words and _is_guest(words[-1]):
        guests.insert(0, words.pop())
    if not words or not guests:
        await message.answer(say(person.language, "invite-usage"))
        return
    entry = await only_event(message, door, person, " ".join(words))
    if entry is not None:
        await invite_people(message, door, person, str(entry.stream_id), guests)


async def invite_people(message: Message, door: BotDoor, person: Person, stream_id: str, guests: list[str]) -> None:
    """Invites these people and confirms it in the chat."""
    addresses = [address_of_guest(door, guest.strip(",;")) for guest in guests if guest.strip(",;")]
    context = door.context(person.account.tenant, f"invite:{message.chat.id}:{message.message_id}")
    await door.run(
        lambda: meetings.invite(door.backend, context, stream_id=UUID(stream_id), addresses=[*filter(None, addresses)])
    )
    await message.answer(say(person.language, "invited", people=", ".join(guests)))


@router.message(Command("attendees"))
async def attendees(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """Shows the attendees and their answers: "John (Accepted), Sarah (Pending)"."""
    query = (command.args or "").strip()
    if not query:
        await message.answer(say(person.language, "attendees-usage"))
        return
    entry = await only_event(message, door, person, query)
    if entry is None:
        return
    language = person.language
    people = [
        say(
            language,
            "person-status",
            name=each.cn or each.address,
            status=say(language, STATUS.get(each.partstat, "status-pending")),
        )
        for each in entry.attendees
        if each.address != entry.organizer
    ]
    if not people:
        await message.answer(say(language, "attendees-none"))
        return
    text = ", ".join(people)
    await message.answer(text if len(text) < 3500 else fitting(people, language))


def _is_guest(word: str) -> bool:
    return "@" in word


def address_of_guest(door: BotDoor, guest: str) -> str:
    """The address of a guest: an email address unchanged, ``@1002`` as the person with that Telegram id."""
    if guest.startswith("@") and guest[1:].isascii() and guest[1:].isdigit():
        return door.backend.people.internal_address(int(guest[1:]))
    return guest
