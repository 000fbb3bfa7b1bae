"""CalDAV error answers, and the table from each Refusal to its HTTP status and precondition (RFC 4918 §16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from televent.adapters.caldav.tree import encode
from televent.adapters.caldav.webdav import xml_out
from televent.adapters.caldav.webdav.names import c, d, empty, tags
from televent.adapters.caldav.webdav.text import escape
from televent.application import refusals
from televent.application.event_store.mapper import ErasedSubject
from televent.application.outage import DatabaseAway, DatabaseBusy, DatabaseFull, DatabaseReadOnly, Outage
from televent.domain.refusal import Refusal, every_refusal


class DavError(Exception):
    """An error answer, raised. ``condition`` is the element inside DAV:error, as XML; "" for an answer in plain
    text. ``text`` is a sentence for people, which an empty ``condition`` contains as a DAV:responsedescription."""

    def __init__(
        self, status: int, condition: str = "", *, text: str = "", headers: tuple[tuple[bytes, bytes], ...] = ()
    ) -> None:
        super().__init__(text or condition or str(status))
        self.status = status
        self.condition = condition
        self.text = text
        self.headers = headers

    def body(self) -> tuple[bytes, bytes]:
        """The content type and the body: DAV:error if there is a condition, else the text."""
        if self.condition:
            return xml_out.CONTENT_TYPE, xml_out.document("D:error", described(self.condition, self.text))
        return b"text/plain; charset=utf-8", f"{self.text}\n".encode() if self.text else b""


def described(condition: str, text: str) -> str:
    """The element with a sentence for people inside, if it is empty (RFC 4918 §14.25). Clients look for one element in
    DAV:error, so the sentence does not stand beside it."""
    start, closed, rest = condition.partition("/>")
    if not text or not closed or rest:
        return condition
    name = start[1:].partition(" ")[0]
    return f"{start}><D:responsedescription>{escape(text)}</D:responsedescription></{name}>"


def precondition(
    local: str, status: int = 403, *, text: str = "", headers: tuple[tuple[bytes, bytes], ...] = ()
) -> DavError:
    """The error for a failed precondition of CalDAV. ``local`` is its local name, ``text`` a sentence for people."""
    return DavError(status, empty(c(local)), text=text, headers=headers)


def dav_precondition(local: str, status: int = 403) -> DavError:
    """The error for a failed precondition of DAV:. ``local`` is its local name."""
    return DavError(status, empty(d(local)))


def unsupported(text: str, accepted: str) -> DavError:
    """The 415 for a body of another media type. ``accepted`` are the media types that the URL takes (RFC 9110
    §15.5.16)."""
    return DavError(415, text=text, headers=((b"accept", accepted.encode()),))


def need_privileges(path: str, privilege: str) -> DavError:
    """The 403 that names the missing privilege and its resource (RFC 3744 §7.1.1). ``privilege`` is a local name of
    DAV:, or ``C:`` and a local name of CalDAV."""
    name = privilege if ":" in privilege else f"D:{privilege}"
    resource = f"<D:resource>{xml_out.href(path)}<D:privilege><{name}/></D:privilege></D:resource>"
    return DavError(403, f"<D:need-privileges>{resource}</D:need-privileges>")


_MISSING: Final = {"PUT": "write-content", "PROPPATCH": "write-properties", "DELETE": "unbind", "MOVE": "unbind"}
"""The privilege that each method needs (RFC 3744 appendix B)."""


def unprivileged(refusal: Refusal, method: str, path: str) -> DavError | None:
    """The answer to a refusal because of a missing privilege, with the resource that RFC 3744 §7.1.1 asks for; None for
    another refusal."""
    if TABLE[type(refusal)].condition != d("need-privileges"):
        return None
    return need_privileges(path, _MISSING.get(method, "write"))


@dataclass(frozen=True, slots=True)
class Row:
    """The answer to one class of Refusal. ``condition`` is the Clark name of the element in DAV:error; ``retry_after``
    is in seconds."""

    status: int
    condition: str | None = None
    retry_after: int | None = None


TABLE: Final[dict[type[Refusal], Row]] = {
    refusals.PreconditionFailed: Row(412),
    refusals.UnknownResource: Row(404),
    refusals.UnknownCalendar: Row(404),
    # RFC 4918 §9.8.5, §9.9.4: a parent collection of the destination does not exist.
    refusals.UnknownDestination: Row(409),
    refusals.CalendarNameTaken: Row(403, d("resource-must-be-null")),
    refusals.UidConflict: Row(403, c("no-uid-conflict")),
    refusals.NothingToUndo: Row(409),
    refusals.NotYourChange: Row(403),
    refusals.ChangedAgain: Row(409),
    refusals.PastTooLarge: Row(507),
    refusals.NotYetPast: Row(404),
    refusals.SchedulingUidConflict: Row(403, c("unique-scheduling-object-resource")),
    refusals.InvalidObject: Row(403, c("valid-calendar-object-resource")),
    refusals.ComponentNotSupported: Row(403, c("supported-calendar-component")),
    refusals.ObjectTooLarge: Row(403, c("max-resource-size")),
    refusals.TooManyProperties: Row(507, d("quota-not-exceeded")),
    refusals.DefaultCalendarStays: Row(403, c("default-calendar-needed")),
    refusals.InvalidName: Row(403, c("calendar-collection-location-ok")),
    refusals.NotOrganizer: Row(403, c("allowed-attendee-scheduling-object-change")),
    refusals.OrganizerStays: Row(403, c("allowed-organizer-scheduling-object-change")),
    refusals.NotInvited: Row(403, c("allowed-attendee-scheduling-object-change")),
    refusals.TooManyAttendees: Row(403, c("max-attendees-per-instance")),
    refusals.TooManyEvents: Row(403, d("number-of-matches-within-limits")),
    refusals.UnreadableTimes: Row(403, c("valid-calendar-object-resource")),
    refusals.UnmovableSeries: Row(403, c("valid-calendar-object-resource")),
    refusals.UnsplittableSeries: Row(403, c("valid-calendar-object-resource")),
    refusals.UnknownAnswer: Row(403, c("valid-calendar-object-resource")),
    refusals.UnknownSharee: Row(403, d("recognized-principal")),
    refusals.TooManySharees: Row(403, d("limited-number-of-aces")),
    refusals.NotShared: Row(404),
    refusals.NotMember: Row(403, d("recognized-principal")),
    refusals.NotManager: Row(403, d("need-privileges")),
    refusals.LastManager: Row(403, d("need-privileges")),
    refusals.AskedLately: Row(403, d("need-privileges")),
    refusals.TooManyOffers: Row(403, d("limited-number-of-aces")),
    refusals.ReadOnlyShare: Row(403, d("need-privileges")),
    refusals.MeetingStays: Row(403, d("need-privileges")),
    refusals.HiddenFromSharees: Row(403, d("need-privileges")),
    refusals.TooManyAttachments: Row(403, c("max-attachments-per-resource")),
    # RFC 4331 §6 defines this precondition.
    refusals.QuotaExceeded: Row(507, d("quota-not-exceeded")),
    refusals.UnknownManagedId: Row(403, c("valid-managed-id")),
    refusals.UnknownOccurrenceId: Row(403, c("valid-rid")),
    refusals.UnmanagedId: Row(403, c("valid-managed-id-parameter")),
    refusals.TryAgain: Row(503, None, retry_after=1),
    # No request of this protocol causes these, but the table must be complete.
    refusals.UnknownAccount: Row(404),
    ErasedSubject: Row(404),
    refusals.WrongCode: Row(403),
    refusals.UnknownDevice: Row(404),
    refusals.TooManyDevices: Row(403),
    refusals.InvalidPreference: Row(403),
    refusals.TooManyBelieved: Row(403),
    refusals.TooManyAddresses: Row(403),
    refusals.LastAddress: Row(403),
    refusals.UnknownAddress: Row(404),
    refusals.TooManyReminders: Row(403),
    refusals.AddressTaken: Row(409),
    refusals.TooManyCodes: Row(429),
    refusals.InvalidAddress: Row(403),
    refusals.NotFromThere: Row(403),
    refusals.TextTooLong: Row(403, c("max-resource-size")),
    refusals.MeetingIsOver: Row(403),
    refusals.MeetingIsCancelled: Row(403),
    refusals.UnknownApiKey: Row(404),
    refusals.TooManyApiKeys: Row(403),
    refusals.InvalidExpiry: Row(403),
    refusals.TelegramTaken: Row(409),
    refusals.OtherTelegram: Row(409),
    refusals.TelegramStays: Row(409),
    refusals.UsedProof: Row(403),
    refusals.UnknownSession: Row(404),
    refusals.UnknownWebhook: Row(404),
    refusals.UnknownDelivery: Row(404),
    refusals.TooManyWebhooks: Row(403),
    refusals.TooManyTeams: Row(403),
    refusals.UnknownEventType: Row(403),
    refusals.InvalidUrl: Row(403),
    refusals.WebhookIsOff: Row(409),
    refusals.UnknownFeed: Row(404),
    refusals.TooManyFeeds: Row(403),
    refusals.FeedTooLarge: Row(507),
    refusals.UnknownSubscription: Row(404),
    refusals.TooManySubscriptions: Row(403),
    refusals.WrongToken: Row(403),
    refusals.WeakPassword: Row(403),
    refusals.WrongPassword: Row(403),
    **{refusal: Row(403) for refusal in every_refusal(refusals.ProposalRefusal)},
}


OUTAGES: Final[dict[type[Outage], Row]] = {
    DatabaseAway: Row(503),
    DatabaseReadOnly: Row(503),
    DatabaseBusy: Row(503),
    # RFC 4331 §6
    DatabaseFull: Row(507, d("sufficient-disk-space")),
}
"""The answer to each class of Outage; all have Retry-After (RFC 9110 §10.2.3)."""


def of_outage(outage: Outage) -> DavError:
    """The answer to an outage. It does not contain the outage's message, which is for the operator."""
    row = OUTAGES[type(outage)]
    headers = ((b"retry-after", str(outage.retry_after).encode()),)
    if row.condition is None:
        return DavError(row.status, text="The calendars cannot be reached at the moment. Try again.", headers=headers)
    return DavError(row.status, empty(row.condition), headers=headers)


LOCATED: Final = (refusals.UidConflict, refusals.SchedulingUidConflict)
"""Refusals whose answer names the resource that has the UID already (RFC 4791 §5.3.2.1, RFC 6638 §3.2.4.1)."""


def of_refusal(refusal: Refusal, collection: str = "") -> DavError:
    """The answer to a refusal. ``collection`` is the path of the calendar that has the conflicting resource, for the
    refusals in LOCATED; with "" the answer does not name the resource."""
    row = TABLE[type(refusal)]
    name, text = row.condition, str(refusal)
    if isinstance(refusal, refusals.InvalidObject) and "precondition" in refusal.details:
        name = c(str(refusal.details["precondition"]))
        text = sentence(str(refusal.details.get("reason", text)))
    headers = ((b"retry-after", str(row.retry_after).encode()),) if row.retry_after is not None else ()
    if name is None:
        return DavError(row.status, text=text, headers=headers)
    condition = empty(name)
    href = refusal.details.get("href")
    if isinstance(refusal, LOCATED) and isinstance(href, str) and collection:
        start, end = tags(name)
        condition = f"{start}>{xml_out.href(collection + encode(href))}{end}"
    return DavError(row.status, condition, text=text, headers=headers)


def sentence(reason: str) -> str:
    """The message of an IcalError as a sentence."""
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."
