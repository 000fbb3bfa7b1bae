"""ACL (RFC 3744 §8.1): the owner of a calendar shares it by its entries. All other entries are protected."""

from __future__ import annotations

from uuid import UUID, uuid5

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError, dav_precondition, need_privileges
from televent.adapters.caldav.http import Request, Response
from televent.adapters.caldav.methods.acl_inbox import open_inbox
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.sharing.share import account_named
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import c, d
from televent.adapters.caldav.webdav.xml_in import Element, child, children, name_of, text_of
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.calendars import CalendarRow
from televent.application.use_cases.calendars.sharing import share_calendar, withdraw_share
from televent.domain.ids import AccountId
from televent.domain.sharing.access import BUSY, READ, READ_WRITE
from televent.domain.sharing.grants.decide import MAX_SHAREES

_READ = {d("read-acl"), d("read-current-user-privilege-set"), c("read-free-busy")}
"""The privileges that DAV:read contains."""
_WRITE = {d("write-content"), d("write-properties"), d("bind"), d("unbind")}
"""The privileges that DAV:write contains."""


async def acl(door: Door, request: Request, person: Person) -> Response:
    """Replaces a calendar's or the inbox's entries by those of the request and answers 200. The owner's entry always
    stays. Raises DavError with the precondition of §8.1.1, and UnknownSharee."""
    root = await door.xml(request)
    if root is None or name_of(root) != d("acl"):
        raise DavError(400, text="The body is not a DAV:acl.")
    if request.target.kind is Kind.INBOX:
        await door.run(open_inbox, door, request, person, root)
        return Response(200, b"", [(b"cache-control", b"no-cache")])
    if request.target.kind is not Kind.CALENDAR:
        raise dav_precondition("no-protected-ace-conflict")
    if await door.shared(request, person) is not None:
        raise need_privileges(request.target.path, "write-acl")
    row = await door.calendar(request, person)
    await door.run(_set, door, request, person, row, root)
    return Response(200, b"", [(b"cache-control", b"no-cache")])


def _set(door: Door, request: Request, person: Person, row: CalendarRow, root: Element) -> None:
    people: dict[AccountId, AccountRow] = {}
    privileges: dict[AccountId, set[str]] = {}
    for ace in children(root):
        found = _entry(door, request, person, ace) if name_of(ace) == d("ace") else None
        if found is not None:
            # §6: the privileges of several entries for one principal add up.
            people[found[0].tenant] = found[0]
            privileges.setdefault(found[0].tenant, set()).update(found[1])
    wanted = {tenant: (account, _access(privileges[tenant])) for tenant, account in people.items()}
    if len(wanted) > MAX_SHAREES:
        raise dav_precondition("limited-number-of-aces")
    context = door.context(request, person)
    # An unchanged share gets no new command: the sharee would be notified again.
    gone = [AccountId(UUID(sharee)) for sharee in row.shares if AccountId(UUID(sharee)) not in wanted]
    for sharee in gone:
        step = context.on_behalf_of(context.tenant, uuid5(context.command_id, f"acl/{sharee}"), context.door)
        withdraw_share(door.backend, step, name=row.name, sharee=sharee)
    for account, access in wanted.values():
        current = row.shares.get(str(account.tenant))
        if current is not None and current["access"] == access:
            continue
        step = context.on_behalf_of(context.tenant, uuid5(context.command_id, f"acl/{account.tenant}"), context.door)
        summary = str(current["summary"]) if current is not None else ""
        share_calendar(door.backend, step, name=row.name, sharee=account, access=access, summary=summary)


def _entry(door: Door, request: Request, person: Person, ace: Element) -> tuple[AccountRow, set[str]] | None:
    """The account and the privileges of an entry; None for the owner's own entry. Raises DavError with the precondition
    of §8.1.1, and UnknownSharee."""
    if child(ace, d("deny")) is not None:
        raise dav_precondition("grant-only")
    if child(ace, d("invert")) is not None:
        raise dav_precondition("no-invert")
    principal, grant = child(ace, d("principal")), child(ace, d("grant"))
    if principal is None or grant is None:
        raise DavError(400, text="An entry needs a principal and a grant.")
    href = child(principal, d("href"))
    if href is None:
        if child(principal, d("property")) is not None:
            return None  # DAV:owner: the owner's entry always exists
        # DAV:all, DAV:authenticated and groups: a calendar is only shared with named accounts.
        raise dav_precondition("allowed-principal")
    uri = text_of(href).strip()
    if uri.rstrip("/") in (person.principal.rstrip("/"), person.home.rstrip("/")):
        return None
    names = {name_of(each) for privilege in children(grant) for each in children(privilege)}
    return account_named(door, request, person, uri), names


def _access(names: set[str]) -> str:
    """The kind of share that grants exactly these privileges (§8.1). Raises DavError if there is none."""
    if names == {c("read-free-busy")}:
        return BUSY
    more = names - _READ - {d("read")}
    if d("read") in names and not more:
        return READ
    if d("read") in names and more - {d("write")} in (set(), _WRITE):
        return READ_WRITE
    raise dav_precondition("not-supported-privilege")
