"""Subscriptions: calendars that others publish at a URL, and the port to their storage.

The calendar of a subscription belongs to an account of its own without addresses, the *keeper*, which shares it with
the subscriber for reading. So every door treats it as any calendar that may only be read, and its events can invite
nobody: the keeper takes part in no meeting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

KEEPER: Final = "subscription"
"""The actor of commands in the account of a subscribed calendar; nobody is told of them."""
MAX_SUBSCRIPTIONS: Final = 20
"""Max subscriptions of one account."""
HOURLY: Final = timedelta(hours=1)
"""Time between two reads where the calendar names none."""
SHORTEST: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(days=1)
"""Bounds of the time that a calendar may name (RFC 7986 §5.7), and of the time after failures."""
BETWEEN: Final = timedelta(minutes=1)
"""Min time between two reads, also where the person asks for one."""
LEASE: Final = timedelta(minutes=15)
"""Time after which another worker may read a calendar whose worker was killed."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription. ``keeper``: the account of its calendar. ``titled``: the person chose the title.

    ``etag`` and ``modified``: the validators of the last file that was taken over. ``polled_at``: the last read, and
    ``taken_at`` the last that went well. ``error``: a code of the last read, "" where it went well. ``failures``: reads
    since then that did not. ``events``: the number of objects in the last file.
    """

    tenant: AccountId
    keeper: AccountId
    url: str
    title: str
    titled: bool
    created_at: datetime
    next_at: datetime
    etag: str = ""
    modified: str = ""
    polled_at: datetime | None = None
    taken_at: datetime | None = None
    failures: int = 0
    error: str = ""
    events: int = 0
    every: timedelta = HOURLY
    """The time between two reads that the calendar asks for, within the bounds."""


def after_failure(failures: int, wanted: timedelta | None = None) -> timedelta:
    """The time to the next read after so many failures, the last one included. ``wanted``: the time that the other
    side asks for."""
    doubled: int = 2 ** min(failures - 1, 10)
    backed_off = min(SHORTEST * doubled, LONGEST)
    return min(max(backed_off, wanted or backed_off), LONGEST)


def bounded(interval: timedelta | None) -> timedelta:
    """The time between two reads. ``interval``: the one that the calendar names; None: it names none."""
    return HOURLY if interval is None else min(max(interval, SHORTEST), LONGEST)


class Subscriptions(Protocol):
    """Stores subscriptions, for all nodes. Synchronous; called through threads."""

    def add(self, subscription: Subscription) -> Subscription | None:
        """Stores a new one, which no worker reads before ``begin``, or BETWEEN where that never comes. Returns it, or
        the one that the account has of that URL. None: the account has as many as it may have, or is gone."""
        ...

    def begin(self, subscription: Subscription) -> None:
        """Lets a worker read a new subscription, at once: its calendar is there."""
        ...

    def all(self, tenant: AccountId) -> list[Subscription]:
        """The account's subscriptions, the oldest first."""
        ...

    def one(self, tenant: AccountId, keeper: UUID) -> Subscription | None: ...

    def remove(self, tenant: AccountId, keeper: UUID) -> bool:
        """Deletes a subscription; its keeper is abandoned. False: there is none."""
        ...

    def hurry(self, tenant: AccountId, keeper: UUID, now: datetime) -> Subscription | None:
        """Lets it be read at once, or BETWEEN after the last read; None where there is none."""
        ...

    def claim(self, now: datetime, limit: int) -> list[Subscription]:
        """The subscriptions that are due; no other worker gets them within LEASE."""
        ...

    def next_at(self) -> datetime | None:
        """When the next one is due and free; None where there is none."""
        ...

    def settle(self, read: Subscription) -> None:
        """Stores the result of a read, unless the subscription is deleted."""
        ...

    def abandoned(self, limit: int) -> list[AccountId]:
        """Keepers whose subscription, or whose subscriber, is gone."""
        ...

    def forget(self, keeper: AccountId) -> None:
        """The keeper is erased."""
        ...
