"""Handles /share, and taps on the card of a calendar that an owner offers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.guests.naming import address_of
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import fitting, plain, say
from televent.application.read_models.calendars import CalendarRow
from televent.application.refusals import NotShared
from televent.application.use_cases.calendars import sharing
from televent.domain.ids import AccountId
from televent.domain.sharing.access import BUSY, MANAGER, READ, READ_WRITE

router = Router(name="sharing")

ACCESS = {
    "read": READ, "view": READ, "чтение": READ,
    "write": READ_WRITE, "edit": READ_WRITE, "запись": READ_WRITE,
}  # fmt: skip
_WORDS = {
    READ: "share-access-read",
    READ_WRITE: "share-access-write",
    BUSY: "share-access-busy",
    MANAGER: "share-access-manager",
}


def access_words(language: str, access: str) -> str:
    """The words for an access, in the given language."""
    return plain(language, _WORDS[access])


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of /share list.

    A share of the person's own calendar has ``calendar`` and ``sharee``; another owner's calendar has ``share_id``.
    """

    text: str
    calendar: str | None
    sharee: AccountId | None
    share_id: UUID | None
    name: str


@router.callback_query(F.data.startswith("share:"))
async def tap(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Accepts or declines a share, then shows the answer on the card."""
    _, share, verdict = (query.data or "").split(":", 2)
    accept = verdict == "yes"
    context = door.context(person.account.tenant, f"share-tap:{query.id}")
    try:
        share_id = UUID(share)
        row = await door.run(
            lambda: sharing.answer_share(door.backend, context, share_id=share_id, accept=accept),
        )
    except (ValueError, NotShared):
        await acknowledge(query, plain(person.language, "share-gone"), alert=True)
        return
    key = f"{'team' if row.role else 'share'}-you-{'accepted' if accept else 'declined'}"
    access = access_words(person.language, MANAGER if row.role == MANAGER else row.held or row.access)
    if isinstance(query.message, Message):
        await show(query.message, say(person.language, key, name=row.owner_name, title=row.title, access=access))
    await acknowledge(query)


@router.message(Command("share"))
async def share(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """Handles ``/share <calendar> <email or @id> read|write``, ``/share list`` and ``/share stop <number>``."""
    words = (command.args or "").split()
    if words == ["list"]:
        await _list(message, door, person)
    elif len(words) == 2 and words[0] == "stop":
        await _stop(message, door, person, words[1])
    elif len(words) >= 3 and words[-1].lower() in ACCESS and "@" in words[-2]:
        await _share(message, door, person, " ".join(words[:-2]), words[-2], ACCESS[words[-1].lower()])
    else:
        await message.answer(say(person.language, "share-usage"))


async def _share(message: Message, door: BotDoor, person: Person, title: str, who: str, access: str) -> None:
    row = next((row for row in await _own(door, person) if _is_called(row, title)), None)
    if row is None:
        await message.answer(say(person.language, "share-calendar-unknown", title=title[:64]))
        return
    context = door.context(person.account.tenant, f"share:{message.chat.id}:{message.message_id}")
    name = row.name

    def act() -> str:
        address = address_of(door.backend, who)
        sharee = sharing.sharee_of(door.backend, context, address)
        sharing.share_calendar(
            door.backend, context, name=name, sharee=sharee, access=access, known_by=address if who[0] != "@" else ""
        )
        return sharee.name

    known_as = await door.run(act)
    words = access_words(person.language, access)
    await message.answer(
        say(person.language, "share-done", title=sharing.title_of(row), name=known_as, access=words),
    )


async def _list(message: Message, door: BotDoor, person: Person) -> None:
    lines = await _lines(door, person)
    if not lines:
        await message.answer(say(person.language, "share-none"))
        return
    await message.answer(fitting([line.text for line in lines], person.language))


async def _stop(message: Message, door: BotDoor, person: Person, number: str) -> None:
    lines = await _lines(door, person)
    chosen = next((line for n, line in enumerate(lines, 1) if number == str(n)), None)
    if chosen is None:
        await message.answer(say(person.language, "share-unknown"))
        return
    context = door.context(person.account.tenant, f"unshare:{message.chat.id}:{message.message_id}")

    def act() -> None:
        if chosen.calendar is not None and chosen.sharee is not None:
            sharing.withdraw_share(door.backend, context, name=chosen.calendar, sharee=chosen.sharee)
        elif chosen.share_id is not None:
            sharing.answer_share(door.backend, context, share_id=chosen.share_id, accept=False)

    await door.run(act)
    await message.answer(say(person.language, "share-stopped", name=chosen.name))


async def _lines(door: BotDoor, person: Person) -> list[_Line]:
    """The shares of the person's own calendars, then the calendars of other owners that are offered or accepted."""
    language = person.language
    lines: list[_Line] = []
    for row in await _own(door, person):
        for sharee, grant in row.shares.items():
            values = {"title": sharing.title_of(row), "name": grant["name"]}
            status = plain(language, f"share-status-{grant['status']}")
            access = access_words(language, grant["access"])
            number = len(lines) + 1
            text = say(language, "share-line-mine", number=number, access=access, status=status, **values)
            lines.append(_Line(text, row.name, AccountId(UUID(sharee)), None, grant["name"]))
    for other in await door.run(door.backend.reads.shares_of, person.account.tenant):
        if other.held is None or other.status not in ("accepted", "offered"):
            continue
        role = MANAGER if other.role == MANAGER else other.held
        number, access = len(lines) + 1, access_words(language, role)
        values = {"title": other.title, "name": other.owner_name}
        line, joined = "share-line-theirs", other.status == "accepted"
        if other.role:
            line = "share-line-team" if joined else "share-line-team-offered"
        text = say(language, line, number=number, access=access, **values)
        if joined and other.role == MANAGER:
            waiting = await door.run(door.backend.parked.waiting, other.owner)
            text += "\n" + say(language, "share-team-waiting", count=waiting) if waiting else ""
        lines.append(_Line(text, None, None, other.share_id, other.owner_name))
    return lines


async def _own(door: BotDoor, person: Person) -> list[CalendarRow]:
    return await door.run(door.backend.reads.calendars, person.account.tenant)


def _is_called(row: CalendarRow, title: str) -> bool:
    wanted = title.strip("«»\"“”'").casefold()
    return wanted in (row.name.casefold(), sharing.title_of(row).casefold())
