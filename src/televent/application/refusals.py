"""Refusals that need more than one stream, and all refusals of the domain."""

from __future__ import annotations

from datetime import datetime

from televent.domain.account.refusals import (
    InvalidExpiry,
    InvalidPreference,
    LastAddress,
    OtherTelegram,
    TelegramStays,
    TelegramTaken,
    TooManyAddresses,
    TooManyApiKeys,
    TooManyBelieved,
    TooManyDevices,
    TooManyReminders,
    UnknownAccount,
    UnknownAddress,
    UnknownApiKey,
    UnknownDevice,
    WrongCode,
)
from televent.domain.calendar.refusals import CalendarNameTaken, UnknownCalendar
from televent.domain.calendar_object.refusals import (
    InvalidObject,
    MeetingIsCancelled,
    MeetingIsOver,
    NotFromThere,
    NotInvited,
    NotOrganizer,
    OrganizerStays,
    OutdatedProposal,
    ProposalRefusal,
    SeriesProposal,
    UidConflict,
    UnknownAnswer,
    UnknownResource,
)
from televent.domain.properties import TooManyProperties
from televent.domain.refusal import Refusal
from televent.domain.sharing.refusals import (
    AskedLately,
    HiddenFromSharees,
    LastManager,
    MeetingStays,
    NotManager,
    NotMember,
    NotShared,
    ReadOnlyShare,
    TooManyOffers,
    TooManySharees,
    UnknownSharee,
)


class PreconditionFailed(Refusal):
    """The event has changed since you last looked."""


class NothingToUndo(Refusal):
    """There is nothing to undo."""


class NotYourChange(Refusal):
    """Only your own changes can be undone."""


class ChangedAgain(Refusal):
    """The event has changed again since; undo the newer change first."""


class PastTooLarge(Refusal):
    """This account has too many events for its past to be read."""


class NotYetPast(Refusal):
    """Only moments that are at least a minute ago can be read."""


class SchedulingUidConflict(Refusal):
    """A meeting with this UID is in another calendar of yours."""


class ComponentNotSupported(Refusal):
    """This calendar does not take that kind of entry."""


class TooManyAttachments(Refusal):
    """The event has as many attachments as it may have."""


class QuotaExceeded(Refusal):
    """Your attachments take as much room as they may."""


class UnknownManagedId(Refusal):
    """The event has no such attachment."""


class UnknownOccurrenceId(Refusal):
    """The event has no such occurrence."""


class UnmanagedId(Refusal):
    """The event names an attachment that is not there."""


class ObjectTooLarge(Refusal):
    """The event is larger than the server takes."""


class DefaultCalendarStays(Refusal):
    """Your default calendar cannot be deleted."""


class WrongPassword(Refusal):
    """The address or the password is not right."""


class WeakPassword(Refusal):
    """A password has 10 to 256 characters."""


class WrongToken(Refusal):
    """The session has ended. Sign in again."""


class UsedProof(Refusal):
    """This sign-in was used already. Open the app again."""


class UnknownSession(Refusal):
    """There is no such session."""


class UnknownWebhook(Refusal):
    """There is no such webhook."""


class UnknownDelivery(Refusal):
    """There is no such delivery."""


class TooManyWebhooks(Refusal):
    """There are twenty webhooks already. Delete one first."""


class TooManyTeams(Refusal):
    """The person is manager of fifty team calendars already. They end or leave one first."""


class UnknownEventType(Refusal):
    """There is no such type of events."""


class InvalidUrl(Refusal):
    """That URL cannot be used: it needs https, a host of the public internet, at most 2,048 characters (ASCII), and
    neither user, password nor fragment (#)."""


class UnknownFeed(Refusal):
    """There is no such feed."""


class TooManyFeeds(Refusal):
    """There are fifty feeds already. Delete one first."""


class UnknownSubscription(Refusal):
    """There is no such subscription."""


class TooManySubscriptions(Refusal):
    """There are twenty subscriptions already. Delete one first."""


class FeedTooLarge(Refusal):
    """This calendar is too large for a feed."""


class WebhookIsOff(Refusal):
    """This webhook is disabled. Enable it first."""


class AddressTaken(Refusal):
    """That address belongs to another account."""


class TooManyCodes(Refusal):
    """Enough codes were sent for now. Try again later."""

    def __init__(self, *, until: datetime) -> None:
        super().__init__(until=until)
        self.until = until
        """When the next code may be sent."""


class InvalidAddress(Refusal):
    """That is not an email address."""


class InvalidName(Refusal):
    """That name cannot be used here."""


class UnknownDestination(Refusal):
    """There is no calendar to put it into."""


class TextTooLong(Refusal):
    """A text of the event is too long."""

    def __init__(self, *, field: str, limit: int, length: int) -> None:
        """``field``: the name of the property; ``limit`` and ``length``: in characters."""
        super().__init__(field=field, limit=limit, length=length)
        self.field, self.limit, self.length = field, limit, length
        known_as = {"SUMMARY": "title", "UID": "UID"}.get(field, field.lower())
        self.args = (f"The {known_as} may have {limit:,} characters. Yours has {length:,}.",)


class UnreadableTimes(Refusal):
    """The event must end after it starts."""


class UnmovableSeries(Refusal):
    """These repeated events cannot all be moved like that. Change one of them, or the repetition."""


class UnsplittableSeries(Refusal):
    """This series cannot be divided there. Change one of its events, or all of them."""


class TooManyAttendees(Refusal):
    """Too many people are invited at once."""


class TooManyEvents(Refusal):
    """There are too many events in that time. Ask for a shorter one."""


class Unreachable(ProposalRefusal):
    """The organizer of this event cannot be reached: the address is no account here, and takes no mail."""


class TryAgain(Refusal):
    """The calendar is changing too quickly; please try again."""


__all__ = [
    "AddressTaken",
    "AskedLately",
    "CalendarNameTaken",
    "ComponentNotSupported",
    "DefaultCalendarStays",
    "HiddenFromSharees",
    "InvalidAddress",
    "InvalidExpiry",
    "InvalidName",
    "InvalidObject",
    "InvalidPreference",
    "LastAddress",
    "LastManager",
    "MeetingIsCancelled",
    "MeetingIsOver",
    "MeetingStays",
    "NotFromThere",
    "NotInvited",
    "NotManager",
    "NotMember",
    "NotOrganizer",
    "NotShared",
    "ObjectTooLarge",
    "OrganizerStays",
    "OtherTelegram",
    "OutdatedProposal",
    "PreconditionFailed",
    "ProposalRefusal",
    "ReadOnlyShare",
    "SchedulingUidConflict",
    "SeriesProposal",
    "TelegramStays",
    "TelegramTaken",
    "TextTooLong",
    "TooManyAddresses",
    "TooManyApiKeys",
    "TooManyAttendees",
    "TooManyBelieved",
    "TooManyDevices",
    "TooManyEvents",
    "TooManyOffers",
    "TooManyProperties",
    "TooManyReminders",
    "TooManySharees",
    "TryAgain",
    "UidConflict",
    "UnknownAccount",
    "UnknownAddress",
    "UnknownAnswer",
    "UnknownApiKey",
    "UnknownCalendar",
    "UnknownDestination",
    "UnknownDevice",
    "UnknownResource",
    "UnknownSharee",
    "UnmovableSeries",
    "Unreachable",
    "UnreadableTimes",
    "UnsplittableSeries",
    "UsedProof",
    "WrongCode",
]
