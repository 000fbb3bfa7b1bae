"""The push policy: which collections a fact changed, and which subscriptions get a push (WebDAV-Push). Pure.

A fact of a calendar object does not name its calendar, so the caller reads the calendar from the index. Facts that are
not named here are treated in the same way. For a stream that is no calendar object the caller finds no calendar, and
no push follows.
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
    """A command changed a collection. ``content``: its members changed, or it was deleted (``gone``). ``property``: its
    own properties changed."""

    collection: Collection
    command_id: UUID
    content: bool = False
    property: bool = False
    gone: bool = False
    only: AccountId | None = None
    """The only account that sees the change; None: all accounts see it."""


@dataclass(frozen=True, slots=True)
class OwnChange:
    """A sharee changed their own view of a shared calendar: alarms of events (``content``), or its name or colour."""

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
        # A calendar is a member of the home. A new name or colour changes that member, and the home's sync token.
        "calendar-properties-changed",
        "mount-properties-changed",
        "calendar-renamed",
        "calendar-deleted",
        # Shared calendars appear in the home, and disappear.
        "share-accepted",
        "share-declined",
        "share-ended",
        "owner-forgotten",
    }
)
_INBOX_MEMBERS: Final = frozenset({"message-delivered", "message-removed"})
_PRINCIPAL_PROPERTIES: Final = frozenset(
    {"profile-changed", "address-verified", "principal-properties-changed", "telegram-linked", "telegram-unlinked"}
)
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
        "api-key-added",
        "api-key-revoked",
        "password-code-sent",
        "password-code-mistyped",
        "password-set",
        "account-erased",
        "erasure-requested",
        "erasure-revoked",
        "mail-parked",
    }
)


def changes(envelope: Envelope) -> list[Change] | None:
    """The collections that a fact changed. None: the caller must find the calendar of the stream's object."""
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
    """The calendar whose name or colour changed, also in its sharees' homes. None: the fact is about something else."""
    return calendar(envelope.tenant, envelope.key.stream) if envelope.name in _SEEN_BY_SHAREES else None


def own_share(event: LoggedEvent) -> OwnChange | None:
    """The change that a sharee made for themselves in a shared calendar; None: the fact is about something else. Raises
    UnreadableFact."""
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
    """A person's calendar home. It is the principal too."""
    return Collection(owner, "home", owner)


@dataclass(frozen=True, slots=True)
class Depths:
    """A subscription's trigger depths. None: no trigger of that kind."""

    tenant: AccountId
    subscription_id: UUID
    content_depth: int | None
    property_depth: int | None


@dataclass(frozen=True, slots=True)
class Suppression:
    """Push-Dont-Notify for one command. ``only``: the subscriptions that get no push; None: all of the account's."""

    tenant: AccountId
    only: frozenset[UUID] | None

    def covers(self, depths: Depths) -> bool:
        """True where the subscription gets no push for the command."""
        return self.tenant == depths.tenant and (self.only is None or depths.subscription_id in self.only)


def updates_for(depths: Depths, found: Sequence[Change], suppressions: dict[UUID, Suppression]) -> tuple[bool, bool]:
    """Whether the changes give that subscription a content update, and whether a property update."""
    content = property_ = False
    for change in found:
        suppression = suppressions.get(change.command_id)
        if (suppression is not None and suppression.covers(depths)) or change.only not in (None, depths.tenant):
            continue
        if change.content and depths.content_depth is not None:
            # Depth 0 means the collection itself, and its deletion is the only content update of that depth.
            content = content or change.gone or depths.content_depth > 0
        property_ = property_ or (change.property and depths.property_depth is not None)
    return content, property_
