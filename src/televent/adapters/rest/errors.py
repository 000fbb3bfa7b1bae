"""The errors of the REST door: the table from each Refusal to its status, and the problems that HTTP itself has."""

from __future__ import annotations

import re
from typing import Final

from televent.application import refusals
from televent.application.event_store.mapper import ErasedSubject
from televent.application.outage import DatabaseAway, DatabaseBusy, DatabaseFull, DatabaseReadOnly, Outage
from televent.domain.refusal import Refusal, every_refusal

URN: Final = "urn:televent:problem:"
"""The begin of the ``type`` of every problem. It names no host, so it is the same on every server."""

TABLE: Final[dict[type[Refusal], int]] = {
    refusals.PreconditionFailed: 412,
    refusals.UnknownResource: 404,
    refusals.UnknownCalendar: 404,
    refusals.UnknownDestination: 404,
    refusals.CalendarNameTaken: 409,
    refusals.UidConflict: 409,
    refusals.NothingToUndo: 409,
    refusals.NotYourChange: 403,
    refusals.ChangedAgain: 409,
    refusals.PastTooLarge: 422,
    refusals.NotYetPast: 422,
    refusals.SchedulingUidConflict: 409,
    refusals.InvalidObject: 422,
    refusals.ComponentNotSupported: 422,
    refusals.ObjectTooLarge: 413,
    refusals.TooManyProperties: 422,
    refusals.DefaultCalendarStays: 409,
    refusals.InvalidName: 422,
    refusals.NotOrganizer: 403,
    refusals.OrganizerStays: 403,
    refusals.NotInvited: 403,
    refusals.TooManyAttendees: 422,
    refusals.TooManyEvents: 422,
    refusals.UnreadableTimes: 422,
    refusals.UnmovableSeries: 422,
    refusals.UnsplittableSeries: 422,
    refusals.UnknownAnswer: 422,
    refusals.UnknownSharee: 404,
    refusals.NotMember: 404,
    refusals.NotManager: 403,
    refusals.LastManager: 409,
    refusals.AskedLately: 409,
    refusals.TooManyOffers: 409,
    refusals.TooManySharees: 422,
    refusals.NotShared: 404,
    refusals.ReadOnlyShare: 403,
    refusals.MeetingStays: 403,
    refusals.HiddenFromSharees: 403,
    refusals.TooManyAttachments: 422,
    refusals.QuotaExceeded: 422,
    refusals.UnknownManagedId: 404,
    refusals.UnknownOccurrenceId: 404,
    refusals.UnmanagedId: 422,
    refusals.TryAgain: 503,
    refusals.UnknownAccount: 404,
    ErasedSubject: 404,
    refusals.WrongCode: 422,
    refusals.UnknownDevice: 404,
    refusals.TooManyDevices: 422,
    refusals.InvalidPreference: 422,
    refusals.TooManyBelieved: 422,
    refusals.TooManyAddresses: 422,
    refusals.LastAddress: 409,
    refusals.UnknownAddress: 404,
    refusals.TooManyReminders: 422,
    refusals.AddressTaken: 409,
    refusals.TooManyCodes: 429,
    refusals.InvalidAddress: 422,
    refusals.NotFromThere: 409,
    refusals.TextTooLong: 422,
    refusals.MeetingIsOver: 409,
    refusals.MeetingIsCancelled: 409,
    refusals.UnknownApiKey: 404,
    refusals.TooManyApiKeys: 422,
    refusals.InvalidExpiry: 422,
    refusals.TelegramTaken: 409,
    refusals.OtherTelegram: 409,
    refusals.TelegramStays: 409,
    refusals.UsedProof: 401,
    refusals.UnknownSession: 404,
    refusals.UnknownWebhook: 404,
    refusals.UnknownDelivery: 404,
    refusals.TooManyWebhooks: 422,
    refusals.TooManyTeams: 422,
    refusals.UnknownEventType: 422,
    refusals.InvalidUrl: 422,
    refusals.WebhookIsOff: 409,
    refusals.UnknownFeed: 404,
    refusals.TooManyFeeds: 422,
    refusals.FeedTooLarge: 507,
    refusals.UnknownSubscription: 404,
    refusals.TooManySubscriptions: 422,
    refusals.WrongToken: 401,
    refusals.WeakPassword: 422,
    refusals.WrongPassword: 401,
    **dict.fromkeys(every_refusal(refusals.ProposalRefusal), 409),
}
"""The status of each class of Refusal."""

OUTAGES: Final[dict[type[Outage], str]] = {
    DatabaseAway: "unavailable",
    DatabaseReadOnly: "unavailable",
    DatabaseBusy: "unavailable",
    DatabaseFull: "storage-full",
}
"""The problem of each class of Outage; all have Retry-After (RFC 9110 §10.2.3)."""

INTERNAL: Final = "internal-error"
INVALID: Final = "invalid-request"
KEY_BUSY: Final = "idempotency-key-busy"
KEY_REUSED: Final = "idempotency-key-reused"
MALFORMED: Final = "malformed-request"
NOT_SIGNED_IN: Final = "not-signed-in"
WRONG_SCOPE: Final = "wrong-scope"
CROSS_SITE: Final = "cross-site"

STATUSES: Final[dict[str, int]] = {
    MALFORMED: 400,
    NOT_SIGNED_IN: 401,
    WRONG_SCOPE: 403,
    CROSS_SITE: 403,
    "no-such-path": 404,
    "method-not-allowed": 405,
    KEY_BUSY: 409,
    "changes-gone": 410,
    "body-too-large": 413,
    "unsupported-media-type": 415,
    KEY_REUSED: 422,
    INVALID: 422,
    "too-many-requests": 429,
    INTERNAL: 500,
    "unavailable": 503,
    "storage-full": 507,
}
"""The status of each problem that no Refusal is the reason of."""

_BY_STATUS: Final = {status: name for name, status in STATUSES.items()}


def name_of(refusal: type[Refusal]) -> str:
    """The name of a refusal's problem: ``UnknownCalendar`` is "unknown-calendar"."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", refusal.__name__).lower()


def of_status(status: int) -> str:
    """The name of the problem that a status of the framework stands for."""
    return _BY_STATUS.get(status, MALFORMED if status < 500 else INTERNAL)


def every_problem() -> dict[str, int]:
    """The status of every problem by its name, sorted by name."""
    return dict(sorted({**STATUSES, **{name_of(refusal): status for refusal, status in TABLE.items()}}.items()))
