"""Who is to be told of what was recorded: facts in, collections that have changed out (WebDAV-Push). Pure.

A fact of a calendar object does not say in which calendar the object stands; whoever asks looks that up. Facts that
are not named here are taken for such facts: a stream that is no calendar object stands in no calendar, so nothing
comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from televent.application.event_store.recorded import RecordedNotification
from televent.application.push import Collection
from televent.domain.ids import AccountId, StreamKey
from televent.domain.overlay import OwnPartsSet


@dataclass(frozen=True, slots=True)
class Change:
    """A collection changed by a command. ``content``: its members did, or it is ``gone``; ``property``: its own
    properties did."""

    collection: Collection
    command_id: UUID
    content: bool = False
    property: bool = False
    gone: bool = False
    only: AccountId | None = None
    """To whom alone it is a change; None: to everybody."""


@dataclass(frozen=True, slots=True)
class OwnChange:
    """Of a share at the person it is granted to: his alarms in its events (``content``), or else its name or colour."""

    tenant: AccountId
    share_id: UUID
    command_id: UUID
    content: bool


_CALENDAR_PROPERTIES: Final = frozenset(
    {"calendar-properties-changed", "calendar-renamed", "calendar-shared", "share-withdrawn", "share-answered"}
)
_HOME_MEMBERS: Final = frozenset(
    {
        "calendar-created",
        # A calendar with another name or colour is a changed member of the home, whose sync token shows it.
        "calendar-properties-changed",
        "mount-properties-changed",
        "calendar-renamed",
        "calendar-deleted",
        # Other people's calendars come and go as well.
        "share-accepted",
        "share-declined",
        "share-ended",
    }
)
_INBOX_MEMBERS: Final = frozenset({"message-delivered", "message-removed"})
_PRINCIPAL_PROPERTIES: Final = frozenset({"profile-changed", "address-verified", "principal-properties-changed"})
_SILENT: Final = frozenset(
    {
        "account-opened",
        "preferences-changed",
        "share-offered",
        "notice-dismissed",
        "answer-seen",
        "address-claimed",
        "default-calendar-chosen",
        "device-password-added",
        "device-password-revoked",
    }
)


def changes(event: RecordedNotification) -> list[Change] | None:
    """None: it is about the object of that stream, wherever that stands."""
    name = event.topic.partition("/")[0]
    key = StreamKey.parse(str(event.originator_id))
    found: list[Change] = []
    if name in _CALENDAR_PROPERTIES:
        found.append(Change(calendar(key.tenant, key.stream), event.command_id, property=True))
    if name == "calendar-deleted":
        found.append(Change(calendar(key.tenant, key.stream), event.command_id, content=True, gone=True))
    if name in _HOME_MEMBERS:
        found.append(Change(home(key.tenant), event.command_id, content=True))
    if name in _PRINCIPAL_PROPERTIES:
        found.append(Change(home(key.tenant), event.command_id, property=True))
    if name in _INBOX_MEMBERS:
        found.append(Change(Collection(key.tenant, "inbox", key.tenant), event.command_id, content=True))
    if found or name in _SILENT:
        return found
    return None


_SEEN_BY_SHAREES: Final = frozenset({"calendar-properties-changed"})


def seen_by_sharees(event: RecordedNotification) -> Collection | None:
    """The calendar that looks otherwise now in the homes of those it is shared with too; None: it is about something
    else."""
    key = StreamKey.parse(str(event.originator_id))
    return calendar(key.tenant, key.stream) if event.topic.partition("/")[0] in _SEEN_BY_SHAREES else None


def own_share(event: RecordedNotification, read: Callable[[RecordedNotification], object]) -> OwnChange | None:
    """What it changes of how somebody else's calendar looks to the person whose fact it is, and to nobody else; None:
    it is about something else. ``read`` gives the fact."""
    name = event.topic.partition("/")[0]
    key = StreamKey.parse(str(event.originator_id))
    if name == "mount-properties-changed":
        return OwnChange(key.tenant, key.stream, event.command_id, content=False)
    if name == "own-parts-set":
        fact = read(event)
        # What a person has erased tells nobody anything.
        if isinstance(fact, OwnPartsSet):
            return OwnChange(key.tenant, fact.share_id, event.command_id, content=True)
    return None


def calendar(owner: AccountId, calendar_id: UUID) -> Collection:
    """A calendar collection."""
    return Collection(owner, "calendar", calendar_id)


def home(owner: AccountId) -> Collection:
    """A person's home, which is the principal as well."""
    return Collection(owner, "home", owner)


@dataclass(frozen=True, slots=True)
class Watcher:
    """A subscription as far as it decides what it is told."""

    tenant: AccountId
    subscription_id: UUID
    content_depth: int | None
    property_depth: int | None


@dataclass(frozen=True, slots=True)
class Silence:
    """Push-Dont-Notify: who wants to hear nothing of a command; ``only`` None: no subscription of that account."""

    tenant: AccountId
    only: frozenset[UUID] | None

    def covers(self, watcher: Watcher) -> bool:
        return self.tenant == watcher.tenant and (self.only is None or watcher.subscription_id in self.only)


def told(watcher: Watcher, found: Sequence[Change], silences: dict[UUID, Silence]) -> tuple[bool, bool]:
    """Whether there is a content update, and whether there is a property update, for that subscription."""
    content = property_ = False
    for change in found:
        silence = silences.get(change.command_id)
        if (silence is not None and silence.covers(watcher)) or change.only not in (None, watcher.tenant):
            continue
        if change.content and watcher.content_depth is not None:
            # Depth 0 is the collection itself: that it is gone is all that can happen to it.
            content = content or change.gone or watcher.content_depth > 0
        property_ = property_ or (change.property and watcher.property_depth is not None)
    return content, property_
