"""Events as the answers to requests: read, shown and encoded, in one hop to a thread."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

import msgspec
from litestar import Response

from televent.adapters.rest.events.encoded import ENCODED, Encoded
from televent.adapters.rest.events.ready_response import ReadyResponse
from televent.adapters.rest.fields import only
from televent.adapters.rest.mapping.shapes import Event
from televent.adapters.rest.mapping.showing import event_of
from televent.adapters.rest.signing_in.auth import Auth
from televent.application.backend import Backend
from televent.application.read_models.glance import Glance
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import UnknownOccurrenceId, UnknownResource
from televent.application.rows import own_event
from televent.application.use_cases.events.event_at import event_seen_at
from televent.application.use_cases.events.which import Located, locate
from televent.domain.ids import AccountId
from televent.domain.inbox_item.collection import INBOX
from televent.ical.editing.occurrences import occurrence_named
from televent.ical.editing.refusals import UnknownOccurrence
from televent.ical.text.values import Moment

SHORT: Final = 16 * 1024
"""Max bytes of a text that the event loop itself shows; it takes a tenth of a millisecond."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a request. ``body`` is JSON, b"" for none. ``headers`` are strings by lower-case name. ``lasting``:
    it is made of nothing but the request and the rows that its handler names (rows_read)."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    lasting: bool = False

    def sent(self) -> Response[bytes]:
        """The answer for the framework."""
        headers = {"cache-control": "private, no-cache", **self.headers}
        return ReadyResponse(self.status, self.body, headers)


@dataclass(frozen=True, slots=True)
class Seen:
    """An event as a person sees it, with the start and the end of the occurrence that is shown."""

    found: Located
    event: Event
    times: tuple[Moment, Moment]

    def answer(self, status: int, fields: Collection[str] | None = None, *, minimal: bool = False) -> Answer:
        """The event as an answer. ``minimal``: without its body, so that 200 is 204."""
        headers = {"etag": f'"{self.event.etag}"'}
        if status == 201:
            headers["location"] = f"/api/events/{self.event.id}"
        if minimal:
            headers["preference-applied"] = "return=minimal"
            return Answer(204 if status == 200 else status, b"", headers)
        return Answer(status, only(msgspec.json.encode(self.event), fields), headers)


async def event_now(auth: Auth, tenant: AccountId, event_id: UUID, fields: Collection[str] | None) -> Answer:
    """The whole event. One statement reads it, on the connection of the event loop, and a short text of a plain form is
    shown at once; everything else is done by a thread. Raises UnknownResource."""
    found = await _glance(auth, tenant, event_id)
    if found is None:
        return await auth.run(_read, auth.backend, tenant, event_id, fields)
    return _own(found.row, await _encoded(auth, found), fields)


async def made_now(auth: Auth, tenant: AccountId, event_id: UUID, *, minimal: bool) -> Answer:
    """The answer to the request that made the event: 201. Raises UnknownResource where it is gone already."""
    found = await _glance(auth, tenant, event_id)
    if found is None:
        return await auth.run(partial(made_event, minimal=minimal), auth.backend, tenant, event_id)
    return _made(found.row, None if minimal else await _encoded(auth, found))


async def _glance(auth: Auth, tenant: AccountId, event_id: UUID) -> Glance | None:
    return (await auth.rows.read(own_event(tenant, event_id))).row if auth.rows is not None else None


async def _encoded(auth: Auth, found: Glance) -> Encoded:
    me = frozenset(auth.backend.people.addresses_of(found.owner))
    encoded = ENCODED.known(found.row, me, None)
    if encoded is None and found.row.size <= SHORT:
        encoded = ENCODED.encode_plain(found.row, me)
    return encoded if encoded is not None else await auth.run(ENCODED.encode, found.row, me, None)


def _read(backend: Backend, tenant: AccountId, event_id: UUID, fields: Collection[str] | None) -> Answer:
    found = backend.reads.glance(tenant, event_id)
    if found is not None:
        me = frozenset(backend.people.addresses_of(found.owner))
        return _own(found.row, ENCODED.encode(found.row, me, None), fields)
    # It may be in a calendar that is shared with the person.
    located = _located(backend, tenant, event_id)
    encoded = ENCODED.encode(located.row, located.owner.addresses, None)
    return Answer(200, only(encoded.body, fields), {"etag": f'"{located.row.etag}"'})


def _own(row: ResourceRow, encoded: Encoded, fields: Collection[str] | None) -> Answer:
    return Answer(200, only(encoded.body, fields), {"etag": f'"{row.etag}"'}, lasting=True)


def event_then(
    backend: Backend,
    tenant: AccountId,
    event_id: UUID,
    *,
    at: datetime,
    fields: Collection[str] | None,
    has: Callable[[str], bool],
) -> Answer:
    """The whole event as it stood then. ``has``: whether the client has the version with this ETag already. Raises
    UnknownResource, NotYetPast."""
    row, owner = event_seen_at(backend, tenant, event_id, at, backend.clock())
    me = backend.people.owner(backend.people.account(owner)).addresses
    if row.component != "VEVENT":
        raise UnknownResource()
    headers = {"etag": f'"{row.etag}"'}
    if has(row.etag):
        return Answer(304, b"", headers)
    return Answer(200, only(msgspec.json.encode(event_of(row, me)), fields), headers)


def made_event(backend: Backend, tenant: AccountId, event_id: UUID, *, minimal: bool) -> Answer:
    """The same as ``made_now``, in a thread."""
    found = backend.reads.glance(tenant, event_id)
    if found is None:
        return see(backend, tenant, event_id).answer(201, minimal=minimal)
    # The next GET, and the next list, find it encoded.
    me = frozenset(backend.people.addresses_of(found.owner))
    return _made(found.row, None if minimal else ENCODED.encode(found.row, me, None))


def _made(row: ResourceRow, encoded: Encoded | None) -> Answer:
    headers = {"etag": f'"{row.etag}"', "location": f"/api/events/{row.stream_id}"}
    if encoded is None:
        return Answer(201, b"", {**headers, "preference-applied": "return=minimal"})
    return Answer(201, encoded.body, headers)


def see(backend: Backend, tenant: AccountId, event_id: UUID, occurrence_id: str | None = None) -> Seen:
    """The event, or one occurrence of it. Raises UnknownResource, UnknownOccurrenceId."""
    found = _located(backend, tenant, event_id)
    row, me = found.row, found.owner.addresses
    if occurrence_id is None:
        event = event_of(row, me)
        first = row.text.reading.instances()[0]
        start = first.start or datetime.min  # noqa: DTZ901 (a stored event has a start)
        return Seen(found, event, (start, first.end or start))
    try:
        named = occurrence_named(row.text.tree, occurrence_id)
    except UnknownOccurrence:
        raise UnknownOccurrenceId() from None
    times = named.start, named.end
    return Seen(found, event_of(row, me, (named.recurrence_id, *times)), times)


def _located(backend: Backend, tenant: AccountId, event_id: UUID) -> Located:
    """The event, and no message of the inbox. Raises UnknownResource."""
    found = locate(backend, tenant, event_id)
    if found.row.component != "VEVENT" or found.calendar.name == INBOX:
        raise UnknownResource()
    return found
