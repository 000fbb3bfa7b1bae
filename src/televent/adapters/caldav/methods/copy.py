"""COPY of a calendar object (RFC 4918 §9.8, RFC 4791 §5.3.2.1, RFC 6638 §3.2.3.3)."""

from __future__ import annotations

from televent.adapters.caldav.door.destination import destination, object_target, overwrite
from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError, need_privileges
from televent.adapters.caldav.http import Header, Request, Response
from televent.adapters.caldav.methods.put import in_the_way
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.sharing.shared_transfer import concerns, copy_shared
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.conditions import conditions
from televent.application.refusals import SchedulingUidConflict, UidConflict
from televent.application.use_cases.objects.move_object import Place, copy_object
from televent.application.use_cases.objects.put_object import Stored


async def copy(door: Door, request: Request, person: Person) -> Response:
    """Copies an object: 201 if the destination was free, else 204."""
    source = request.target
    if source.kind is Kind.CALENDAR:
        # RFC 6638 §3.2.3.3 leaves it undefined. A copied meeting would be a second object with the same UID.
        raise DavError(403, text="A calendar cannot be copied.")
    if source.kind is not Kind.OBJECT:
        raise need_privileges(source.path, "read")
    # §10.2: an object has no members, so every valid depth means the same.
    request.depth("infinity")
    target = object_target(destination(door, request, person))
    if concerns(request, target):
        return answer(await copy_shared(door, request, person, target))

    def act() -> Stored:
        try:
            return copy_object(
                door.backend,
                door.context(request, person),
                source=Place(source.calendar, source.name),
                destination=Place(target.calendar, target.name),
                overwrite=overwrite(request),
                conditions=conditions(request.headers, request.moment),
            )
        except (UidConflict, SchedulingUidConflict) as refusal:
            raise in_the_way(refusal, person, target.calendar) from None

    return answer(await door.run(act))


def answer(stored: Stored) -> Response:
    """201 or 204 with the ETag and the Schedule-Tag of the resource at the destination (RFC 6638 §3.2.10)."""
    headers: list[Header] = []
    if stored.etag is not None:
        headers.append((b"etag", f'"{stored.etag}"'.encode()))
    if stored.schedule_tag is not None:
        headers.append((b"schedule-tag", f'"{stored.schedule_tag}"'.encode()))
    return Response(201 if stored.created else 204, b"", headers)
