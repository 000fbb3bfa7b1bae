"""Reads of one row, as values: a read says which kind of row and which key, and one reader executes it.

A door that remembers answers keeps the mark that came with the row (application.marks), and compares it later.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from televent.application.marks import Key, Mark
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.glance import Glance
from televent.application.read_models.resources import Changes, Found, ListedRow, ResourceRow
from televent.domain.ids import AccountId

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Read(Generic[T_co]):
    """One row to read: its kind, and the values that name it."""

    kind: str
    key: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Seen(Generic[T_co]):
    """The row, None where there is none, and its mark: the key that Marks knows it by, and what ``ask`` gives for that
    key while the row is the same. ``mark`` None: the row came without one."""

    row: T_co | None
    key: Key
    mark: Mark | None = None


class Rows(Protocol):
    """Reads rows for an event loop, those of one moment together."""

    def read(self, read: Read[T]) -> Awaitable[Seen[T]]:
        """Begins to read the row, which is as new as the call or newer. Nobody has to await it; await it once. Raises
        Outage when it is awaited."""
        ...


def account_of_telegram(telegram_id: int) -> Read[AccountRow]:
    """The account of a Telegram user, with its devices and verified addresses."""
    return Read("telegram", (telegram_id,))


def account_with_address(address: str) -> Read[AccountRow]:
    """The account that has verified this address, which is in lower case."""
    return Read("address", (address,))


def account_with_id(tenant: AccountId) -> Read[AccountRow]:
    """The account with this id."""
    return Read("account", (tenant,))


def own_calendar(tenant: AccountId, name: str) -> Read[CalendarRow]:
    """The account's own live calendar, or its inbox, of that name."""
    return Read("calendar", (tenant, name))


def default_calendar(tenant: AccountId) -> Read[CalendarRow]:
    """The calendar that the account has chosen for new events."""
    return Read("home", (tenant,))


def own_resource(tenant: AccountId, calendar: str, href: str) -> Read[ResourceRow]:
    """The live resource of that name in an own calendar, with its text."""
    return Read("resource", (tenant, calendar, href))


def own_members(tenant: AccountId, calendar_id: UUID, hrefs: Sequence[str]) -> Read[list[ListedRow]]:
    """The live members among ``hrefs``, in no order, with FEW_FIELDS and "ics". None: their texts are too long to be
    read at once. They come without a mark."""
    # A name has no slash.
    return Read("members", (tenant, calendar_id, "/".join(hrefs)))


def few_changes(tenant: AccountId, calendar_id: UUID, since: int, begun: int) -> Read[Changes]:
    """The first changed members after the counter ``since``, as in ResourceReads.changed, with FEW_FIELDS. They come
    without a mark."""
    return Read("changes", (tenant, calendar_id, since, begun))


def rows_of_put(tenant: AccountId, calendar: str, href: str, uid: str) -> Read[Found]:
    """The rows that a PUT of an object conflicts with or replaces, without texts. They come without a mark."""
    return Read("put", (tenant, calendar, href, uid))


def own_event(tenant: AccountId, stream_id: UUID) -> Read[Glance]:
    """The event in one of the person's own calendars, with its owner's ids and addresses."""
    return Read("event", (tenant, stream_id))
