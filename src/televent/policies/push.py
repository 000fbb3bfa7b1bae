"""Who is to be told of what was recorded: facts in, collections that have changed out (WebDAV-Push). Pure.

A fact of a calendar object does not say in which calendar the object stands; whoever asks looks that up. Facts that
are not named here are taken for such facts: a stream that is no calendar object stands in no calendar, so nothing
comes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from televent.application.event_store.envelope import Envelope, LoggedEvent
from televent.application.push import Collection
from televent.domain.ids import AccountId
from televent.domain.sharing.overlay.events import OwnPartsSet


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
_NOT_PUSHED: Final = frozenset(
    {
        "account-opened",
        "share-offered",
        "notice-dismissed",
        "answer-seen",
        "address-claimed",
        "default-calendar-chosen",
        "device-password-added",
        "device-password-revoked",
        "account-erased",
        "mail-parked",
    }
)


def changes(envelope: Envelope) -> list[Change] | None:
    """The collections that a fact changed. None: it is about the object of that stream, wherever that stands."""
    name, key = envelope.name, envelope.key
    found: list[Change] = []
    if name in _CALENDAR_PROPERTIES:
        found.append(Change(calendar(key.tenant, key.stream), envelope.command_id, property=True))
    if name == "calendar-deleted":
        found.append(Change(calendar(key.tenant, key.stream), envelope.command_id, content=True, gone=True))
    if name in _HOME_MEMBERS:
        found.append(Change(home(key.tenant), envelope.command_id, content=True))
    if name in _PRINCIPAL_PROPERTIES:
        found.append(Change(home(key.tenant), envelope.command_id, property=True))
    if name in _INBOX_MEMBERS:
        found.append(Change(Collection(key.tenant, "inbox", key.tenant), envelope.command_id, content=True))
    if found or name in _NOT_PUSHED:
        return found
    return None


_SEEN_BY_SHAREES: Final = frozenset({"calendar-properties-changed"})


def seen_by_sharees(envelope: Envelope) -> Collection | None:
    """The calendar that looks different now in the homes of its sharees too; None: the fact is about something else."""
    return calendar(envelope.tenant, envelope.key.stream) if envelope.name in _SEEN_BY_SHAREES else None


def own_share(event: LoggedEvent) -> OwnChange | None:
    """What a sharee changed for themselves in a shared calendar; None: the fact is about something else."""
    envelope = event.envelope
    if envelope.name == "mount-properties-changed":
        return OwnChange(envelope.tenant, envelope.key.stream, envelope.command_id, content=False)
    if envelope.name == "own-parts-set" and not event.erased:
        fact = event.fact
        assert isinstance(fact, OwnPartsSet)
        return OwnChange(envelope.tenant, fact.share_id, envelope.command_id, content=True)
    return None


def calendar(owner: AccountId, calendar_id: UUID) -> Collection:
    """A calendar collection."""
    return Collection(owner, "calendar", calendar_id)


def home(owner: AccountId) -> Collection:
    """A person's home, which is the principal as well."""
    return Collection(owner, "home", owner)


@dataclass(frozen=True, slots=True)
class Depths:
    """A subscription as far as it decides what it is told."""

    tenant: AccountId
    subscription_id: UUID
    content_depth: int | None
    property_depth: int | None


@dataclass(frozen=True, slots=True)
class Suppression:
    """Push-Dont-Notify: who wants to hear nothing of a command; ``only`` None: no subscription of that account."""

    tenant: AccountId
    only: frozenset[UUID] | None

    def covers(self, depths: Depths) -> bool:
        return self.tenant == depths.tenant and (self.only is None or depths.subscription_id in self.only)


def updates_for(depths: Depths, found: Sequence[Change], suppressions: dict[UUID, Suppression]) -> tuple[bool, bool]:
    """Whether there is a content update, and whether there is a property update, for that subscription."""
    content = property_ = False
    for change in found:
        suppression = suppressions.get(change.command_id)
        if (suppression is not None and suppression.covers(depths)) or change.only not in (None, depths.tenant):
            continue
        if change.content and depths.content_depth is not None:
            # Depth 0 is the collection itself: that it is gone is all that can happen to it.
            content = content or change.gone or depths.content_depth > 0
        property_ = property_ or (change.property and depths.property_depth is not None)
    return content, property_
