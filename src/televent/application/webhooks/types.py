"""The types of webhook events, and the facts that they tell of. A test fails on a fact that is in neither table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from televent.application.webhooks import shapes
from televent.domain.account import events as account
from televent.domain.calendar import events as calendar
from televent.domain.calendar import team_mail
from televent.domain.calendar_object import events, parked_mail, proposals
from televent.domain.inbox_item import events as inbox_item
from televent.domain.sharing.grants import events as grants
from televent.domain.sharing.mount import events as mount
from televent.domain.sharing.overlay import events as overlay

TEST: Final = "webhook.test"
"""The type of the event that a person asks for, to try a webhook."""


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of webhook events. ``about``: when it happens, for people."""

    name: str
    about: str
    shape: type[shapes.Shape]


TYPES: Final[Mapping[str, EventType]] = {
    each.name: each
    for each in (
        EventType("event.created", "An event came into a calendar.", shapes.EventChanged),
        EventType("event.updated", "Something other than its time, repetition or place changed.", shapes.EventChanged),
        EventType("event.rescheduled", "Its time, repetition or place changed.", shapes.EventChanged),
        EventType("event.cancelled", "The organizer cancelled it, or the owner's part in it.", shapes.EventChanged),
        EventType("event.deleted", "It was deleted.", shapes.EventChanged),
        EventType("event.restored", "It came back after it was deleted.", shapes.EventChanged),
        EventType("event.moved", "It is in another calendar, or has another name there.", shapes.EventPlaced),
        EventType("attendee.invited", "The owner invited somebody.", shapes.GuestChanged),
        EventType("attendee.removed", "The owner removed somebody.", shapes.GuestChanged),
        EventType("attendee.uninvited", "Somebody answered who was not invited.", shapes.Uninvited),
        EventType("rsvp.given", "The owner or an attendee answered.", shapes.Answered),
        EventType("invitation.received", "Somebody invited the owner.", shapes.Invited),
        EventType("invitation.updated", "An organizer changed a meeting of the owner.", shapes.Invited),
        EventType("proposal.received", "An attendee proposes another time.", shapes.Proposed),
        EventType("proposal.sent", "The owner proposed another time.", shapes.Proposed),
        EventType("proposal.accepted", "A proposal was accepted.", shapes.Proposed),
        EventType("proposal.declined", "A proposal was declined.", shapes.Proposed),
        EventType("mail.parked", "A mail about an event waits for a decision.", shapes.Parked),
        EventType("calendar.created", "A calendar was made.", shapes.CalendarChanged),
        EventType("calendar.updated", "Its title, colour, name or another property changed.", shapes.CalendarChanged),
        EventType("calendar.deleted", "A calendar was deleted.", shapes.CalendarChanged),
        EventType("share.given", "The owner gave somebody access, or other access.", shapes.ShareChanged),
        EventType("share.withdrawn", "The owner took the access back.", shapes.ShareChanged),
        EventType("share.answered", "The other person accepted or declined.", shapes.ShareChanged),
        EventType("share.offered", "Somebody offers a calendar, or changed the offer.", shapes.ShareTaken),
        EventType("share.taken", "The person accepted a calendar of somebody else.", shapes.ShareTaken),
        EventType("share.declined", "The person declined it.", shapes.ShareTaken),
        EventType("share.ended", "Its owner took it back.", shapes.ShareTaken),
        EventType("account.updated", "The person's name, zone or language changed.", shapes.AccountChanged),
        EventType("account.address_verified", "An address was confirmed.", shapes.AccountChanged),
        EventType("account.address_removed", "An address was removed.", shapes.AccountChanged),
        EventType("account.device_added", "A device got a password.", shapes.AccountChanged),
        EventType("account.device_revoked", "A device's password was revoked.", shapes.AccountChanged),
        EventType("account.key_added", "A program got an API key.", shapes.AccountChanged),
        EventType("account.key_revoked", "An API key was revoked.", shapes.AccountChanged),
        EventType("account.telegram_linked", "Telegram was linked to the account.", shapes.AccountChanged),
        EventType("account.telegram_unlinked", "The account is used without Telegram now.", shapes.AccountChanged),
        EventType("account.erasure_requested", "The account will be erased.", shapes.AccountChanged),
        EventType("account.erasure_revoked", "The account is kept after all.", shapes.AccountChanged),
        EventType(TEST, "The person asked for a test.", shapes.Tested),
    )
}
"""Every type, by its name."""

TOLD: Final[Mapping[type, tuple[str, ...]]] = {
    events.EventCreated: ("event.created", "event.restored"),
    events.EventRevised: ("event.updated",),
    events.EventRescheduled: ("event.rescheduled",),
    events.EventCancelled: ("event.cancelled",),
    events.EventDeleted: ("event.deleted",),
    events.EventMoved: ("event.moved",),
    events.AttendeeInvited: ("attendee.invited",),
    events.AttendeeRemoved: ("attendee.removed",),
    events.RsvpGiven: ("rsvp.given",),
    events.InvitationReceived: ("invitation.received", "invitation.updated"),
    events.CounterProposed: ("proposal.received",),
    events.MessageSetAside: ("attendee.uninvited",),
    proposals.TimeProposed: ("proposal.sent",),
    proposals.ProposalAnswered: ("proposal.accepted", "proposal.declined"),
    proposals.ProposalAnswerReceived: ("proposal.accepted", "proposal.declined"),
    parked_mail.MailParked: ("mail.parked",),
    calendar.CalendarCreated: ("calendar.created",),
    calendar.CalendarPropertiesChanged: ("calendar.updated",),
    calendar.CalendarRenamed: ("calendar.updated",),
    calendar.CalendarDeleted: ("calendar.deleted",),
    grants.CalendarShared: ("share.given",),
    grants.ShareWithdrawn: ("share.withdrawn",),
    grants.ShareAnswered: ("share.answered",),
    mount.ShareOffered: ("share.offered",),
    mount.ShareAccepted: ("share.taken",),
    mount.ShareDeclined: ("share.declined",),
    mount.ShareEnded: ("share.ended",),
    account.ProfileChanged: ("account.updated",),
    account.AddressVerified: ("account.address_verified",),
    account.AddressRemoved: ("account.address_removed",),
    account.DevicePasswordAdded: ("account.device_added",),
    account.DevicePasswordRevoked: ("account.device_revoked",),
    account.ApiKeyAdded: ("account.key_added",),
    account.ApiKeyRevoked: ("account.key_revoked",),
    account.TelegramLinked: ("account.telegram_linked",),
    account.TelegramUnlinked: ("account.telegram_unlinked",),
    account.ErasureRequested: ("account.erasure_requested",),
    account.ErasureRevoked: ("account.erasure_revoked",),
}
"""The types that each fact may be told as."""

NOT_TOLD: Final[Mapping[type, str]] = {
    events.DeliveryNoted: "notes how a message of ours travelled; nothing in the event changed for people",
    events.MessagesWritten: "counts our own messages",
    events.PersonForgotten: "an erasure is told to nobody",
    inbox_item.MessageDelivered: "the change that the message makes is told",
    inbox_item.MessageRemoved: "the housekeeping of a calendar app",
    grants.AnswerSeen: "an app of the owner showed a note",
    team_mail.TeamMailSettled: "a team has no webhook; the change that the mail makes is told",
    mount.NoticeDismissed: "the sharee put a note away",
    mount.MountPropertiesChanged: "how the sharee shows a calendar of somebody else",
    mount.OwnerForgotten: "an erasure is told to nobody",
    overlay.OwnPartsSet: "the sharee's own reminders",
    account.AccountOpened: "an account without webhooks yet",
    account.PrincipalPropertiesChanged: "properties that calendar apps keep for themselves",
    account.AddressClaimed: "an address counts once it is confirmed",
    account.CodeMistyped: "a wrong code has no effect",
    account.AddressPreferred: "how mail reaches the person",
    account.DefaultCalendarChosen: "a preference",
    account.FreeBusyOpened: "a preference",
    account.PreferencesChanged: "a preference",
    account.SendersBelieved: "a preference",
    account.PasswordCodeSent: "part of a sign-in",
    account.PasswordCodeMistyped: "part of a sign-in",
    account.PasswordSet: "part of a sign-in",
    account.DataExported: "nothing changed; the audit has it",
    account.AccountErased: "the webhooks go with the account",
}
"""The facts that no webhook is told of, each with its reason."""


def type_of(fact: Any, version: int) -> str | None:
    """The type of the event that a fact is told as; None where it is not told. ``version``: its place in the stream."""
    match fact:
        case events.EventCreated():
            return "event.created" if version == 1 else "event.restored"
        case events.InvitationReceived():
            if fact.only_answers:
                return "invitation.updated"
            fresh = fact.what.was is None and all(each.was is None for each in fact.what.occurrences)
            return "invitation.received" if fresh else "invitation.updated"
        case events.MessageSetAside() if not fact.uninvited:
            return None
        case proposals.ProposalAnswered() | proposals.ProposalAnswerReceived():
            return "proposal.accepted" if fact.accepted else "proposal.declined"
        case _:
            return next(iter(TOLD.get(type(fact), ())), None)


def schema_of(event_type: EventType) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the body of an event of that type."""
    (data,), parts = msgspec.json.schema_components([event_type.shape], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": event_type.name,
        "description": event_type.about,
        "type": "object",
        "required": ["id", "type", "timestamp", "data"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "type": {"const": event_type.name},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": data,
        },
        "$defs": parts,
    }
