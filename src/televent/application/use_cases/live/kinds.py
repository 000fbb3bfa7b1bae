"""The kinds of facts that the live stream tells, and what it calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

EVENTS: Final[Mapping[str, str]] = {
    "event-created": "event.created",
    "event-rescheduled": "event.rescheduled",
    "event-revised": "event.updated",
    "rsvp-given": "event.answered",
    "invitation-received": "event.invited",
    "event-cancelled": "event.cancelled",
    "event-moved": "event.moved",
    "event-deleted": "event.deleted",
    "delivery-noted": "event.updated",
    "person-forgotten": "event.updated",
}
"""Facts that change the text or the place of an event. A change by a person has exactly one of them."""

PROPOSALS: Final[Mapping[str, str]] = {
    "counter-proposed": "event.proposed",
    "time-proposed": "event.proposed",
    "proposal-answered": "event.proposed",
    "proposal-answer-received": "event.proposed",
}
"""Proposals of another time. They change no text, and only the owner sees them."""

CALENDARS: Final[Mapping[str, str]] = {
    "calendar-created": "calendar.created",
    "calendar-properties-changed": "calendar.updated",
    "calendar-renamed": "calendar.updated",
    "calendar-deleted": "calendar.deleted",
    "calendar-shared": "calendar.shared",
    "share-withdrawn": "calendar.unshared",
    "share-answered": "calendar.share-answered",
}
"""Facts of a calendar, for its owner."""

SEEN_BY_SHAREES: Final[Mapping[str, str]] = {"calendar-properties-changed": "calendar.updated"}
"""Facts of a calendar that its sharees see, too."""

SHARES: Final[Mapping[str, str]] = {
    "share-offered": "share.offered",
    "share-accepted": "share.began",
    "share-declined": "share.declined",
    "share-ended": "share.ended",
    "owner-forgotten": "share.ended",
    "mount-properties-changed": "calendar.updated",
}
"""Facts of a calendar that somebody shares with the account; their stream is the share."""

OWN_PARTS: Final[Mapping[str, str]] = {"own-parts-set": "event.updated"}
"""The sharee's own alarms of a shared event."""

ENDINGS: Final = frozenset({"account-erased", "password-set"})
"""Facts that no frame tells, after which sessions have ended."""

KINDS: Final = frozenset((*EVENTS, *PROPOSALS, *CALENDARS, *SHARES, *OWN_PARTS, *ENDINGS))
"""Every kind that the stream reads."""

SHARING: Final = frozenset({"calendar-shared", "share-withdrawn", "calendar-deleted", "account-erased", *SHARES})
"""Facts after which somebody may see other calendars than before."""

NAMING: Final = frozenset({"event-moved", "own-parts-set", "calendar-shared", "share-withdrawn", "share-offered"})
"""Facts whose open fields name a calendar, a person or another event."""

NOT_TOLD: Final = frozenset(
    {
        "attendee-invited",
        "attendee-removed",
        "messages-written",
        "message-set-aside",
        "mail-parked",
        "team-mail-settled",
        "message-delivered",
        "message-removed",
        "answer-seen",
        "notice-dismissed",
        "account-opened",
        "profile-changed",
        "principal-properties-changed",
        "address-claimed",
        "code-mistyped",
        "address-verified",
        "address-preferred",
        "address-removed",
        "default-calendar-chosen",
        "free-busy-opened",
        "preferences-changed",
        "senders-believed",
        "device-password-added",
        "device-password-revoked",
        "api-key-added",
        "api-key-revoked",
        "telegram-linked",
        "telegram-unlinked",
        "data-exported",
        "password-code-sent",
        "password-code-mistyped",
        "erasure-requested",
        "erasure-revoked",
    }
)
"""Facts that say no more than another fact of the same change, or nothing about a calendar."""
