"""POST of a calendar object to its calendar (RFC 5995): the server chooses the name."""

from __future__ import annotations

from dataclasses import replace

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.door.preconditions import check_calendar
from televent.adapters.caldav.errors import need_privileges
from televent.adapters.caldav.http import Request, Response
from televent.adapters.caldav.methods.put import represented, store, tags
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.tree import Kind, Target
from televent.domain.sharing.access import READ_WRITE


async def add_member(door: Door, request: Request, person: Person) -> Response:
    """Stores a new object and answers 201 with its Location. The preconditions are those of PUT (§3.2.1)."""
    shared = await door.shared(request, person)
    if shared is not None and shared.share is not None and shared.share.access != READ_WRITE:
        # §5: adding a member needs DAV:bind on the calendar.
        raise need_privileges(request.target.path, "bind")
    await check_calendar(door, request, person)
    name = f"{door.backend.ids()}.ics"
    place = request.target
    target = Target(Kind.OBJECT, place.path + name, place.user, place.calendar, name, slash=False)
    # The request's conditions are about the calendar and were checked above. The new object has no state yet.
    headers = {key: value for key, value in request.headers.items() if not key.startswith("if")}
    inner = replace(request, target=target, headers=headers, early_read=None, early_find=None)
    stored = await store(door, inner, person)
    location = (b"location", target.path.encode())
    if request.representation:
        answer = represented(201, inner, await door.resource(inner, person))
        answer.headers.append(location)
        return answer
    return Response(201, b"", [location, *tags(stored)])
