"""POST: the body and the URL choose the operation.

A calendar takes a new member (RFC 5995) or a share, the home takes a reply to a share, and the scheduling outbox takes
a free/busy request (RFC 6638 §5). All of them and the inbox take push subscriptions (WebDAV-Push)."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.door.discovery import PUSHING
from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import unsupported
from televent.adapters.caldav.http import XML_TYPES, Request, Response
from televent.adapters.caldav.methods.add_member import add_member
from televent.adapters.caldav.methods.outbox import ask_free_busy
from televent.adapters.caldav.methods.push_register import is_push_register, register
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.sharing.share import invite_reply, share
from televent.adapters.caldav.tree import Kind

KINDS: Final = frozenset({Kind.OUTBOX}) | PUSHING


async def post(door: Door, request: Request, person: Person) -> Response:
    """Calls the handler of the operation. Raises DavError 415 if the URL takes no such body."""
    if request.target.kind is Kind.CALENDAR and request.media_type == "text/calendar":
        return await add_member(door, request, person)
    if await is_push_register(door, request):
        return await register(door, request, person)
    if request.target.kind is Kind.OUTBOX:
        return await ask_free_busy(door, request, person)
    if request.target.kind is Kind.CALENDAR:
        return await share(door, request, person)
    if request.target.kind is Kind.HOME:
        return await invite_reply(door, request, person)
    raise unsupported("This URL does not accept such a body.", XML_TYPES)
