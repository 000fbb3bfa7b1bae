"""Finds out who the people are whom an organizer names, before it invites those who can be invited."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import Enum
from typing import Final
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.read_models.accounts import AccountRow
from televent.application.refusals import NotOrganizer, UnknownResource
from televent.application.use_cases.scheduling import meetings
from televent.domain.ids import AccountId

_LOCAL: Final = re.compile(r"[^@\s\"<>(),:;\\\[\]\x00-\x1f]{1,64}\Z")
_USERNAME: Final = re.compile(r"@[A-Za-z0-9_]{1,32}\Z")
_DOMAIN: Final = re.compile(r"(?!.*\.\.)[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\Z")


class Fate(Enum):
    """The result for one of the named people."""

    CHAT = "chat"
    """Invited; the invitation comes in Telegram."""
    MAIL = "mail"
    """Invited; the invitation goes by mail, or into the calendar of somebody without Telegram."""
    SELF = "self"
    ALREADY = "already"
    STRANGER = "stranger"
    """A username or Telegram id that is not known here."""
    NO_NAME = "no-name"
    """An address with nothing, or with forbidden characters, before the @."""
    NO_DOMAIN = "no-domain"
    """An address without a domain, or with one that cannot be."""
    NO_ADDRESS = "no-address"
    """Neither an address nor a username."""


INVITED: Final = (Fate.CHAT, Fate.MAIL)


@dataclass(frozen=True, slots=True)
class Guest:
    """``given``: as the organizer wrote it. ``name``: the name of the account here, where there is one."""

    given: str
    fate: Fate
    address: str = ""
    name: str | None = None


def invite_named(
    backend: Backend, context: Context, *, stream_id: UUID, given: Sequence[str], delegator: str | None = None
) -> list[Guest]:
    """Invites those of the named people who can be invited, and returns what became of each, once.

    ``given``: addresses, ``@username``, ``@1002`` for a Telegram id. ``delegator``: the address of the attendee
    who sends them instead; they are invited to the dates at which they do. Raises NotOrganizer, TooManyAttendees,
    UnknownResource; then nobody is invited.
    """
    account = backend.people.account(context.tenant)
    row = backend.reads.by_stream(context.tenant, stream_id)
    if row is None or row.ics is None:
        raise UnknownResource()
    reading = row.text.reading
    own = backend.people.owner(account).addresses
    if reading.organizer is not None and reading.organizer.address not in own:
        raise NotOrganizer()
    there = {each.address for each in reading.instances()[0].attendees}
    guests = sort_guests(backend, account, given, there)
    wanted = [each.address for each in guests if each.fate in INVITED]
    if wanted:
        if delegator is not None:
            meetings.invite_delegate(backend, context, stream_id=stream_id, delegator=delegator)
        else:
            meetings.invite(backend, context, stream_id=stream_id, addresses=wanted)
    return guests


def sort_guests(backend: Backend, own: AccountRow, given: Sequence[str], there: Set[str]) -> list[Guest]:
    """The named people, each once. ``there``: the addresses that are invited already."""
    names = list(dict.fromkeys(each.strip() for each in given if each.strip()))
    addresses = {name: _address(backend, name) for name in names}
    accounts = backend.people.accounts_of_addresses([each for each in addresses.values() if each])
    usernames = backend.usernames.tenants([name[1:] for name in names if _is_username(name)])
    by_id = {row.tenant: row for row in backend.reads.accounts_with([*usernames.values()])} if usernames else {}
    found: dict[str, Guest] = {}
    for name in names:
        tenant: AccountId | None = usernames.get(name[1:].lower()) if _is_username(name) else None
        row = by_id.get(tenant) if tenant is not None else accounts.get(addresses[name])
        guest = _guest(backend, own, name, addresses[name], row, there)
        found.setdefault(guest.address or name.lower(), guest)
    return list(found.values())


def _guest(
    backend: Backend,
    own: AccountRow,
    given: str,
    address: str,
    row: AccountRow | None,
    there: Set[str],
) -> Guest:
    if row is not None:
        if row.tenant == own.tenant:
            return Guest(given, Fate.SELF, address)
        known = backend.people.addresses_of(row)
        if not there.isdisjoint(known):
            return Guest(given, Fate.ALREADY, known[0], row.name)
        # A guest whom the organizer knows by an address is shown with it; a username becomes the internal address.
        shown = address or backend.people.own_address(row)
        return Guest(given, Fate.CHAT if row.telegram_id is not None else Fate.MAIL, shown, row.name)
    if _USERNAME.match(given) or (address and backend.people.is_internal(address)):
        return Guest(given, Fate.STRANGER)
    if "@" not in given[1:]:
        return Guest(given, Fate.NO_ADDRESS)
    local, _, domain = address.rpartition("@")
    if not _LOCAL.match(local):
        return Guest(given, Fate.NO_NAME)
    if not _DOMAIN.match(domain) or "." not in domain or len(address) > 254:
        return Guest(given, Fate.NO_DOMAIN)
    return Guest(given, Fate.ALREADY if address in there else Fate.MAIL, address)


def _is_username(name: str) -> bool:
    return name.startswith("@") and not name[1:].isdigit()


def _address(backend: Backend, name: str) -> str:
    """The address in its normal form; "" for a username."""
    if name.startswith("@"):
        number = name[1:]
        return backend.people.internal_address(int(number)) if number.isascii() and number.isdigit() else ""
    return name.lower().removeprefix("mailto:")
