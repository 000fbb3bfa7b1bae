"""The people who were erased, and whose name and addresses are taken out of the copies of others (ADR 78)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

LEASE: Final = timedelta(minutes=1)
"""Time after which another worker takes an errand whose worker ended."""
AGAIN: Final = timedelta(days=1)
"""Time after the first pass for the second one: it finds what was under way at the erasure, such as a message between
accounts, or the old text that a client wrote back."""
TELEGRAM: Final = "tg:"
"""Begins the name of a person by their Telegram id, which stands for all addresses that are made of it."""
_PLACEHOLDER: Final = re.compile(r"deleted-[0-9a-f]{24}@")
_FOLD: Final = re.compile(rb"\r{0,2}\n[ \t]")
# Only from the beginning of a word: an attachment is one long word, searched to the end from each character.
_ADDRESS: Final = re.compile(r"(?<![^\s\"<>;,:()])[^\s\"<>;,:()]+@[^\s\"<>;,:()]+")


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """Knows the addresses of an erased person again without holding them: by hashes with a salt of its own."""

    tenant: AccountId
    salt: bytes = field(repr=False)
    hashes: frozenset[bytes]

    def is_named(self, name: str) -> bool:
        """Whether that is a name of the person: a normalised address, or TELEGRAM with an id."""
        return hashlib.sha256(self.salt + name.encode()).digest() in self.hashes

    def placeholder(self, uid: str, domain: str) -> str:
        """The address that stands for the person in one meeting: the same in all its copies, and another in each other
        meeting. ``domain``: that of addresses to which no mail is sent."""
        return f"deleted-{hashlib.sha256(self.salt + uid.encode()).hexdigest()[:24]}@{domain}"


@dataclass(frozen=True, slots=True)
class Copy:
    """A text of somebody else, or, with ``text`` None, a deleted meeting. ``message``: it is one of an inbox."""

    tenant: AccountId
    stream_id: UUID
    message: bool
    text: bytes | None


@dataclass(frozen=True, slots=True)
class Errand:
    """A part of the work for one erased person: a page of copies in the ``turn``-th pass over all.

    ``last``: the place of the last copy of the page; None: it is the last page. With the first page come the shares
    too: ``mounts`` of the person's calendars, by sharee and share, and ``grants`` to them, by owner and calendar; and
    ``met``: meetings, also in deleted calendars, by owner and stream.
    """

    person: ErasedPerson
    turn: int
    copies: Sequence[Copy]
    last: tuple[UUID, UUID, str] | None
    mounts: Sequence[tuple[AccountId, UUID]] = ()
    grants: Sequence[tuple[AccountId, UUID]] = ()
    met: Sequence[tuple[AccountId, UUID]] = ()


class ErasedPeople(Protocol):
    """The queue of this work. Synchronous; called through threads. An errand may be done twice."""

    def next(self, now: datetime) -> Errand | None:
        """An errand that is due, taken for LEASE; None where there is none."""
        ...

    def done(self, errand: Errand, now: datetime, *, failed: bool = False) -> None:
        """The errand is done: the next one of the person may come. ``failed``: some copy keeps the person, so another
        pass over all copies follows."""
        ...


def is_placeholder(address: str | None) -> bool:
    """Whether that is the address of a placeholder."""
    return address is not None and _PLACEHOLDER.match(address) is not None


def names_in(raw: bytes) -> frozenset[str]:
    """Every word of a text that looks like an address, in lower case. Nothing is parsed: most texts name none."""
    text = _FOLD.sub(b"", raw).decode(errors="replace").lower()
    found = frozenset(_ADDRESS.findall(text))
    # A parameter without quotes, such as EMAIL=ann@example.com. An address may have "=" in it.
    return found | {each.partition("=")[2] for each in found if "=" in each} | {each.strip("'") for each in found}
