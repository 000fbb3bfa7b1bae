"""POST of CalendarServer's sharing: the owner's CS:share on a calendar (§5.3.2), and the sharee's CS:invite-reply on
their own home (§5.4.1)."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID, uuid5

from televent.adapters.caldav.door.calendar_body import CALENDAR_TYPES
from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError, need_privileges
from televent.adapters.caldav.http import XML_TYPES, Request, Response, xml_response
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.tree import BadPath, Kind, parse
from televent.adapters.caldav.webdav.names import cs, d
from televent.adapters.caldav.webdav.xml_in import Element, child, children, name_of, text_of
from televent.adapters.caldav.webdav.xml_out import document, href
from televent.application.read_models.accounts import AccountRow
from televent.application.refusals import NotShared, UnknownSharee
from televent.application.shared_view import mount_name
from televent.application.use_cases.calendars.sharing import answer_share, share_calendar, sharee_of, withdraw_share
from televent.domain.sharing.access import READ, READ_WRITE

MAX_CHANGES = 100
"""Max CS:set and CS:remove in one CS:share."""


async def share(door: Door, request: Request, person: Person) -> Response:
    """Shares a calendar or withdraws shares, and answers 200. If a named account does not exist here, nothing is
    changed. Raises DavError, UnknownSharee."""
    root = await door.declared_xml(request, f"{CALENDAR_TYPES}, {XML_TYPES}")
    if root is None or name_of(root) != cs("share"):
        raise DavError(400, text="The body is not a CS:share.")
    if await door.shared(request, person) is not None:
        # A sharee cannot share the calendar with others.
        raise need_privileges(request.target.path, "write-acl")
    await door.calendar(request, person)
    await door.run(_share, door, request, person, root)
    return Response(200, b"", [(b"cache-control", b"no-cache")])


def _share(door: Door, request: Request, person: Person, root: Element) -> None:
    context, name = door.context(request, person), request.target.calendar
    changes = [each for each in children(root) if name_of(each) in (cs("set"), cs("remove"))]
    if not 0 < len(changes) <= MAX_CHANGES:
        raise DavError(400, text=f"A CS:share has one to {MAX_CHANGES} CS:set or CS:remove.")
    uris = [text_of(child(each, d("href"))).strip() for each in changes]
    known = [account_named(door, request, person, uri) for uri in uris]
    for ordinal, (change, uri, sharee) in enumerate(zip(changes, uris, known, strict=True)):
        step = context.on_behalf_of(context.tenant, uuid5(context.command_id, f"share/{ordinal}"), context.door)
        if name_of(change) == cs("remove"):
            withdraw_share(door.backend, step, name=name, sharee=sharee.tenant)
            continue
        access = READ_WRITE if child(change, cs("read-write")) is not None else READ
        summary = text_of(child(change, cs("summary")))
        share_calendar(
            door.backend, step, name=name, sharee=sharee, access=access, summary=summary, known_by=address_in(uri)
        )


def account_named(door: Door, request: Request, person: Person, uri: str) -> AccountRow:
    """The account of a principal's URL or a calendar user address. Raises UnknownSharee, also for the person
    themselves."""
    context = door.context(request, person)
    if uri.lower().startswith(("mailto:", "urn:")):
        return sharee_of(door.backend, context, uri.partition(":")[2] if uri.lower().startswith("mailto:") else uri)
    try:
        target = parse(path_of(uri))
    except BadPath:
        target = None
    if target is None or target.kind is not Kind.HOME:
        if "@" in uri:
            return sharee_of(door.backend, context, uri)
        raise UnknownSharee(address=uri)
    account = door.backend.people.account_of_name(target.user.lower())
    if account is None or account.tenant == person.account.tenant:
        raise UnknownSharee(address=uri)
    return account


def address_in(uri: str) -> str:
    """The email address in the sharee's URI; "" if it is a principal's URL or an id."""
    scheme, _, rest = uri.partition(":")
    if scheme.lower() == "mailto":
        return rest
    return uri if "@" in uri and "/" not in uri and not uri.lower().startswith("urn:") else ""


def path_of(uri: str) -> str:
    """The path of a URL, absolute or relative. Raises BadPath."""
    try:
        return urlsplit(uri).path
    except ValueError:
        raise BadPath(uri) from None


async def invite_reply(door: Door, request: Request, person: Person) -> Response:
    """Stores the sharee's reply and answers 200, with CS:shared-as if they accept. Raises DavError 400, NotShared."""
    root = await door.declared_xml(request)
    if root is None or name_of(root) != cs("invite-reply"):
        raise DavError(400, text="The body is not a CS:invite-reply.")
    accept = child(root, cs("invite-accepted")) is not None
    if accept == (child(root, cs("invite-declined")) is not None):
        raise DavError(400, text="A CS:invite-reply has one of CS:invite-accepted and CS:invite-declined.")
    share = await door.run(_reply, door, request, person, root, accept)
    if not accept:
        return Response(200, b"", [(b"cache-control", b"no-cache")])
    return xml_response(200, document("CS:shared-as", href(person.collection(mount_name(share)))))


def _reply(door: Door, request: Request, person: Person, root: Element, accept: bool) -> UUID:
    share = _meant(door, person, root)
    answer_share(door.backend, door.context(request, person), share_id=share, accept=accept)
    return share


def _meant(door: Door, person: Person, root: Element) -> UUID:
    """The share that a reply names, by the invitation's id or by the calendar's URL. Raises NotShared."""
    uid = text_of(child(root, cs("in-reply-to"))).strip().removesuffix(".xml")
    shares = {row.share_id: row for row in door.backend.reads.shares_of(person.account.tenant)}
    try:
        if UUID(uid) in shares:
            return UUID(uid)
    except ValueError:
        pass
    host = child(root, cs("hosturl"))
    url = text_of(child(host, d("href"))).strip() if host is not None else ""
    try:
        target = parse(path_of(url))
    except BadPath:
        target = None
    if target is not None and target.kind is Kind.CALENDAR:
        owner = door.backend.people.account_of_name(target.user.lower())
        meant = (owner.tenant if owner is not None else None, target.calendar)
        for row in shares.values():
            if (row.owner, row.calendar) == meant and row.held is not None:
                return row.share_id
    raise NotShared()
