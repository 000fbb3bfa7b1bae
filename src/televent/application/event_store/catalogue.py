"""The stored names of facts, and how old shapes are read. Stored names never change.

A name is explicit and contains its version ("rsvp-given/1"), so that a class can move or be renamed without a change in
the store. When a fact's shape changes, the new shape gets the next version and the old name gets an upcaster; both
keep their golden file under ``tests/golden``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from televent.application.readable import make_readable
from televent.domain.account import events as account
from televent.domain.calendar import events as calendar
from televent.domain.calendar import team_mail
from televent.domain.calendar_object import events, parked_mail, proposals
from televent.domain.inbox_item import events as inbox_item
from televent.domain.sharing.grants import events as sharing
from televent.domain.sharing.mount import events as mount
from televent.domain.sharing.overlay import events as overlay

STORE_FORMAT = 2
"""The format of all stored facts together. A program refuses a store of another format, because no upcaster leads from
one format to the other. Format 1 ended before the first release."""

NAMES: Mapping[str, type] = {
    "event-created/1": events.EventCreated,
    "event-rescheduled/1": events.EventRescheduled,
    "event-revised/1": events.EventRevised,
    "attendee-invited/1": events.AttendeeInvited,
    "attendee-removed/1": events.AttendeeRemoved,
    "rsvp-given/1": events.RsvpGiven,
    "invitation-received/1": events.InvitationReceived,
    "event-cancelled/1": events.EventCancelled,
    "event-moved/1": events.EventMoved,
    "event-deleted/1": events.EventDeleted,
    "counter-proposed/1": events.CounterProposed,
    "time-proposed/1": proposals.TimeProposed,
    "proposal-answered/1": proposals.ProposalAnswered,
    "proposal-answer-received/1": proposals.ProposalAnswerReceived,
    "delivery-noted/1": events.DeliveryNoted,
    "messages-written/1": events.MessagesWritten,
    "message-set-aside/1": events.MessageSetAside,
    "mail-parked/1": parked_mail.MailParked,
    "person-forgotten/1": events.PersonForgotten,
    "message-delivered/1": inbox_item.MessageDelivered,
    "message-removed/1": inbox_item.MessageRemoved,
    "calendar-created/1": calendar.CalendarCreated,
    "calendar-properties-changed/1": calendar.CalendarPropertiesChanged,
    "calendar-renamed/1": calendar.CalendarRenamed,
    "calendar-deleted/1": calendar.CalendarDeleted,
    "team-mail-settled/1": team_mail.TeamMailSettled,
    "calendar-shared/1": sharing.CalendarShared,
    "share-withdrawn/1": sharing.ShareWithdrawn,
    "share-answered/1": sharing.ShareAnswered,
    "answer-seen/1": sharing.AnswerSeen,
    "share-offered/1": mount.ShareOffered,
    "share-ended/1": mount.ShareEnded,
    "share-accepted/1": mount.ShareAccepted,
    "share-declined/1": mount.ShareDeclined,
    "mount-properties-changed/1": mount.MountPropertiesChanged,
    "notice-dismissed/1": mount.NoticeDismissed,
    "owner-forgotten/1": mount.OwnerForgotten,
    "own-parts-set/1": overlay.OwnPartsSet,
    "account-opened/1": account.AccountOpened,
    "profile-changed/1": account.ProfileChanged,
    "principal-properties-changed/1": account.PrincipalPropertiesChanged,
    "address-claimed/1": account.AddressClaimed,
    "code-mistyped/1": account.CodeMistyped,
    "address-verified/1": account.AddressVerified,
    "address-preferred/1": account.AddressPreferred,
    "address-removed/1": account.AddressRemoved,
    "telegram-linked/1": account.TelegramLinked,
    "telegram-unlinked/1": account.TelegramUnlinked,
    "default-calendar-chosen/1": account.DefaultCalendarChosen,
    "free-busy-opened/1": account.FreeBusyOpened,
    "preferences-changed/1": account.PreferencesChanged,
    "senders-believed/1": account.SendersBelieved,
    "device-password-added/2": account.DevicePasswordAdded,
    "device-password-revoked/1": account.DevicePasswordRevoked,
    "api-key-added/1": account.ApiKeyAdded,
    "api-key-revoked/1": account.ApiKeyRevoked,
    "password-code-sent/1": account.PasswordCodeSent,
    "password-code-mistyped/1": account.PasswordCodeMistyped,
    "password-set/1": account.PasswordSet,
    "data-exported/1": account.DataExported,
    "erasure-requested/1": account.ErasureRequested,
    "erasure-revoked/1": account.ErasureRevoked,
    "account-erased/1": account.AccountErased,
}

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTERS: Mapping[str, tuple[str, Upcaster]] = {
    "device-password-added/1": ("device-password-added/2", lambda fields: {**fields, "selector": None}),
}
"""Old name → (the next name, a function from the old fields to the new ones). The personal fields are missing where the
person's key is destroyed."""

_NAME_OF = {fact: name for name, fact in NAMES.items()}
make_readable(*_NAME_OF)


class UnknownStoredName(Exception):
    """The store holds a fact that this version of the program does not know."""


def name_of(fact: type) -> str:
    """The stored name of a fact class. Raises UnknownStoredName for a class that is not in the catalogue."""
    try:
        return _NAME_OF[fact]
    except KeyError:
        raise UnknownStoredName(fact.__qualname__) from None


def resolve(
    name: str,
    fields: dict[str, Any],
    *,
    names: Mapping[str, type] = NAMES,
    upcasters: Mapping[str, tuple[str, Upcaster]] = UPCASTERS,
) -> tuple[type, dict[str, Any]]:
    """The class that a stored name means today, and its fields brought up to date."""
    while name in upcasters:
        name, upcast = upcasters[name]
        fields = upcast(fields)
    if name not in names:
        raise UnknownStoredName(name)
    return names[name], fields
