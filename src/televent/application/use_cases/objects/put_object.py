"""Stores a client's calendar object under a name (RFC 4791 §5.3.2, RFC 6638 §3.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from televent.application.addressing import Addressed, Span, address_messages
from televent.application.attachments import MAX_ATTACHMENTS, base_in
from televent.application.backend import OBJECT_LIMIT, Backend
from televent.application.conditions import NONE, Conditions
from televent.application.event_store.conflicts import StaleStream
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change, Loaded
from televent.application.local_delivery import deliver_locally
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.resources import Found, ResourceRow
from televent.application.refusals import (
    ComponentNotSupported,
    InvalidObject,
    ObjectTooLarge,
    SchedulingUidConflict,
    TooManyAttachments,
    UidConflict,
    UnknownCalendar,
    UnmanagedId,
)
from televent.application.use_cases.objects.as_indexed import as_indexed
from televent.domain.calendar_object.commands import Owner, PutObject
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.state import CalendarObject, etag_of, knowing
from televent.domain.ids import AccountId, StreamKey
from televent.ical.editing.attachments import Known, known_attachments, managed_ids, mended_lines, misplaced
from televent.ical.itip.changes import same_meeting
from televent.ical.objects.calendar_text import EMPTY, CalendarText
from televent.ical.objects.reading import Reading
from televent.ical.objects.validity import validate
from televent.ical.text.errors import IcalError


@dataclass(frozen=True, slots=True)
class Stored:
    """The result of a PUT. ``etag`` is None where the stored bytes differ from the sent ones, so that the client reads
    them (RFC 4791 §5.3.4)."""

    created: bool
    etag: str | None
    schedule_tag: str | None
    stream_id: UUID


def put_object(
    backend: Backend,
    context: Context,
    *,
    calendar: str,
    href: str,
    text: CalendarText,
    conditions: Conditions = NONE,
    account: AccountRow | None = None,
    managed: frozenset[str] = frozenset(),
    sharee: AccountId | None = None,
    stored: CalendarText | None = None,
    moves: bool = False,
    revives: UUID | None = None,
    found: Found | None = None,
) -> Stored:
    """Stores ``text`` under ``href``, and sends the iTIP messages. Raises Refusal; then nothing has changed.

    ``account``: the row of the context's tenant, where the caller has read it. ``managed``: ids of attachments that the
    text may use even if they belong to another account. ``sharee``: the acting person, where the calendar is shared
    with them. ``stored``: the text that is stored under the name, where the caller has read it. ``moves``: a new name
    for a meeting that is in another calendar of the account moves it here, if ``text`` is the same meeting (ADR 42).
    ``revives``: the stream of a deleted object, which goes on with this one. ``found``: the rows under the name and for
    a UID, where the caller has read them already; after a conflict they are read again.
    """
    reading = validated(text)
    attached = managed_ids(text) - managed
    account = account or backend.people.account(context.tenant)
    owner = backend.people.owner(account)

    early = [found] if found is not None and found.uid == reading.uid else []

    def step() -> tuple[bool, StreamKey, CalendarObject, Addressed]:
        found = early.pop() if early else backend.reads.find(context.tenant, calendar, href, reading.uid)
        target = _target(found, href, reading, conditions)
        source = _elsewhere(found, reading, owner)
        created = found.resource is None
        loaded = _load(backend, context, found.resource or source, reading, stored, revives)
        if source is not None and not (
            moves and created and conditions.only_new and same_meeting(loaded.state.text, text)
        ):
            raise _conflict(backend, context, source)
        known = _attached(backend, loaded, text, attached, reading, owner, sharee)
        true = mended_lines(text, known)
        command = PutObject(owner, target, href, true, context.now, conditions.merging, conditions.current)
        decision = decide(loaded.state, command)
        if not decision.facts:
            return created, loaded.key, loaded.state, Addressed()
        addressed = address_messages(backend, context, account, decision.messages, Span.of(loaded, decision.facts))
        change = Change(loaded, decision.facts, decision.after(loaded.state))
        backend.store.append(context, [change], addressed.outbox, expected=conditions.expected(found.calendar))
        return created, loaded.key, change.after, addressed

    created, key, state, addressed = retrying(step)
    state = deliver_locally(backend, context, key, owner, addressed, state.text) or state
    return Stored(created, etag_of(text) if state.text == text else None, state.schedule_tag, key.stream)


def validated(text: CalendarText) -> Reading:
    """The reading of a valid text. Raises InvalidObject, ObjectTooLarge."""
    if len(text.raw) > OBJECT_LIMIT:
        raise ObjectTooLarge(limit=OBJECT_LIMIT)
    try:
        return validate(text)
    except IcalError as error:
        raise InvalidObject(precondition=error.precondition, reason=str(error)) from error


def _attached(
    backend: Backend,
    loaded: Loaded[CalendarObject],
    text: CalendarText,
    attached: frozenset[str],
    reading: Reading,
    owner: Owner,
    sharee: AccountId | None,
) -> dict[str, Known]:
    """The attachments that the text may name, by id. Raises UnmanagedId, TooManyAttachments.

    A new one must belong to this account; another object of the account may use it too (RFC 8607 §3.7).
    """
    if not attached:
        return {}
    stored = loaded.state.text if loaded.state.exists else EMPTY
    known = known_attachments(stored)
    new = attached - known.keys()
    if not new:
        return known
    organizer = reading.organizer
    invited = organizer is not None and organizer.address not in owner.addresses and reading.attendee(owner.addresses)
    if invited and stored.raw:
        # An attendee's attachment is left out and not refused, like other changes that only the organizer may make
        # (RFC 6638 §3.2.2.1).
        return known
    if len(attached) > max(MAX_ATTACHMENTS, len(known)):
        raise TooManyAttachments()
    claimed = {} if invited else backend.attachments.claim(loaded.key.tenant, new, reading.uid, sharee)
    if new - claimed.keys() or misplaced(text, claimed, lambda url, id_: base_in(url, id_) is not None):
        raise UnmanagedId()
    return known | {managed_id: Known(str(size)) for managed_id, size in claimed.items()}


def _target(found: Found, href: str, reading: Reading, conditions: Conditions) -> UUID:
    """The calendar, after all checks on it and on its resources."""
    if found.calendar is None:
        raise UnknownCalendar()
    conditions.check(found.resource, found.calendar)
    if reading.component not in found.calendar.components:
        raise ComponentNotSupported(component=reading.component)
    for other in found.same_uid:
        if other.calendar_id == found.calendar.calendar_id and other.href != href:
            raise UidConflict(href=other.href)
    return found.calendar.calendar_id


def _elsewhere(found: Found, reading: Reading, owner: Owner) -> ResourceRow | None:
    """The meeting of the same UID in another calendar; None where the text is no meeting of the owner's."""
    organizer = reading.organizer
    if organizer is None or (organizer.address not in owner.addresses and reading.attendee(owner.addresses) is None):
        return None
    here = found.calendar.calendar_id if found.calendar is not None else None
    return next((each for each in found.same_uid if each.calendar_id != here and each.schedule_tag is not None), None)


def _conflict(backend: Backend, context: Context, other: ResourceRow) -> Exception:
    """The error that names the resource that has the UID already (RFC 6638 §3.2.4.1)."""
    there = backend.reads.calendar_of(context.tenant, other.calendar_id)
    return SchedulingUidConflict(href=other.href, calendar=there.name) if there is not None else StaleStream()


def _load(
    backend: Backend,
    context: Context,
    resource: ResourceRow | None,
    reading: Reading,
    stored: CalendarText | None,
    revives: UUID | None,
) -> Loaded[CalendarObject]:
    if resource is None and revives is not None:
        loaded = backend.store.load(CALENDAR_OBJECT, StreamKey(context.tenant, revives))
        if loaded.state.exists:
            raise StaleStream()
        return loaded
    if resource is None:
        buried = backend.reads.latest_by_uid(context.tenant, reading.uid) if reading.organizer is not None else None
        if buried is None or not buried.deleted:
            return backend.store.empty(CALENDAR_OBJECT, StreamKey(context.tenant, backend.ids()))
        # Others got messages about this UID before. The stream goes on, so that the next DTSTAMP is later.
        loaded = backend.store.load(CALENDAR_OBJECT, StreamKey(context.tenant, buried.stream_id))
        if loaded.state.exists:
            place = loaded.state.calendar_id
            if place is not None and backend.reads.calendar_of(context.tenant, place) is None:
                # Its calendar was deleted, and nobody was told: an object without guests gets no fact then.
                return backend.store.empty(CALENDAR_OBJECT, StreamKey(context.tenant, backend.ids()))
            raise StaleStream()
        return loaded
    loaded = as_indexed(backend.store.load(CALENDAR_OBJECT, StreamKey(context.tenant, resource.stream_id)), resource)
    return replace(loaded, state=knowing(loaded.state, stored))
