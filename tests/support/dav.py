"""A CalDAV server on a real socket and a real database, and a raw client for it."""

import base64
import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import uvicorn
from lxml import etree

from support.doubted import Doubted
from support.passwords import CHEAP_PASSWORDS
from support.serving import port_of, serving
from support.waiting import NET
from televent.adapters.caldav.app import CaldavDoor
from televent.adapters.caldav.door.limits import RateLimits
from televent.adapters.postgres.dav_index.loop_rows import PostgresRows
from televent.adapters.postgres.dav_index.marks import PostgresMarks
from televent.application.event_store.context import Context
from televent.application.use_cases.people.accounts import open_account, verify_address
from televent.application.use_cases.people.devices import NewDevice, add_device
from televent.domain.ids import AccountId
from televent.runtime.api import entrance, protocols
from televent.runtime.compose import Core, build_core
from televent.runtime.workers.push import Push
from televent.settings import Settings

NAMESPACES = {
    "D": "DAV:",
    "C": "urn:ietf:params:xml:ns:caldav",
    "CS": "http://calendarserver.org/ns/",
    "A": "http://apple.com/ns/ical/",
    "P": "https://bitfire.at/webdav-push",
}
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())


@dataclass
class Answer:
    """The server's answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def xml(self) -> etree._Element:
        return etree.fromstring(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    def precondition(self) -> str:
        """The one element inside DAV:error, as ``{namespace}local``."""
        assert self.xml.tag == "{DAV:}error"
        (only,) = self.xml
        return str(only.tag)

    def responses(self) -> dict[str, "Entry"]:
        """The responses of a multistatus by href."""
        assert self.status == 207, self.text
        entries = [Entry(each) for each in self.xml.findall("D:response", NAMESPACES)]
        return {entry.href: entry for entry in entries}

    def only(self) -> "Entry":
        """The one response."""
        (entry,) = self.responses().values()
        return entry

    def token(self) -> str:
        """The sync token of a sync-collection's answer."""
        return self.xml.findtext("D:sync-token", namespaces=NAMESPACES) or ""


class Entry:
    """One DAV:response."""

    def __init__(self, element: etree._Element) -> None:
        self.href = element.findtext("D:href", namespaces=NAMESPACES) or ""
        self.status = element.findtext("D:status", namespaces=NAMESPACES)
        self.props: dict[str, etree._Element] = {}
        self.missing: set[str] = set()
        self.by_status: dict[str, set[str]] = {}
        for propstat in element.findall("D:propstat", NAMESPACES):
            status = propstat.findtext("D:status", namespaces=NAMESPACES) or ""
            props = propstat.findall("D:prop/*", NAMESPACES)
            self.by_status[status.split()[1]] = {str(each.tag) for each in props}
            for each in props:
                if " 200 " in status:
                    self.props[str(each.tag)] = each
                else:
                    self.missing.add(str(each.tag))

    def text(self, name: str) -> str:
        """A property's text."""
        return self.props[name].text or ""

    def hrefs(self, name: str) -> list[str]:
        """The hrefs inside a property."""
        return [each.text or "" for each in self.props[name].findall("D:href", NAMESPACES)]

    def inside(self, name: str) -> set[str]:
        """The names of the elements inside a property."""
        return {str(each.tag) for each in self.props[name]}


def dav(local: str) -> str:
    return f"{{DAV:}}{local}"


def cal(local: str) -> str:
    return f"{{{NAMESPACES['C']}}}{local}"


def prop_body(*names: str) -> str:
    """A propfind for properties such as ``D:getetag``."""
    return f"<D:propfind {DECLARED}><D:prop>{''.join(f'<{name}/>' for name in names)}</D:prop></D:propfind>"


def event(uid: str, *lines: str, start: str = "20261125T100000Z", end: str = "20261125T110000Z") -> bytes:
    """A small VEVENT."""
    rows = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Example//EN",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20261121T100000Z",
        f"DTSTART:{start}",
        f"DTEND:{end}",
        *(lines or ("SUMMARY:Tea",)),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(rows).encode()


@dataclass
class Client:
    """One person's calendar app, on one connection that stays open."""

    site: "Site"
    tenant: AccountId
    user: str
    password: str
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=NET)
        self.site.connections.append(self.connection)

    @property
    def home(self) -> str:
        return f"/caldav/{self.tenant}/"

    def calendar(self, name: str = "default") -> str:
        return f"{self.home}{name}/"

    def ask(
        self, method: str, path: str, body: str | bytes | None = None, *, login: object = True, **headers: str
    ) -> Answer:
        """One request; header names have ``_`` for ``-``."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if login and "Authorization" not in sent:
            pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            sent["Authorization"] = f"Basic {pair}"
        data = body.encode() if isinstance(body, str) else body
        self.connection.request(method, path, data, sent)
        response = self.connection.getresponse()
        seen = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, seen, response.read())

    def propfind(self, path: str, *names: str, depth: str = "0", **headers: str) -> Answer:
        return self.ask("PROPFIND", path, prop_body(*names), Depth=depth, **headers)

    def report(self, path: str, root: str, inner: str, **headers: str) -> Answer:
        """A REPORT whose root is ``root``, such as ``C:calendar-query``."""
        return self.ask("REPORT", path, f"<{root} {DECLARED}>{inner}</{root}>", **headers)

    def sync(self, path: str, token: str = "", limit: int | None = None, props: str = "<D:getetag/>") -> Answer:
        bound = f"<D:limit><D:nresults>{limit}</D:nresults></D:limit>" if limit is not None else ""
        inner = f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>{bound}<D:prop>{props}</D:prop>"
        return self.report(path, "D:sync-collection", inner, Depth="0")

    def put(self, path: str, text: bytes, **headers: str) -> Answer:
        return self.ask("PUT", path, text, Content_Type="text/calendar; charset=utf-8", **headers)


@dataclass
class Site:
    """A running server."""

    core: Core
    port: int
    server: uvicorn.Server
    door: Doubted
    connections: list[http.client.HTTPConnection] = field(default_factory=list)

    def disconnect(self) -> None:
        """Closes the connections of all its people."""
        while self.connections:
            self.connections.pop().close()

    def person(self, telegram_id: int, name: str = "Ann", *addresses: str) -> Client:
        """A new account with one device password."""
        context = self.context(AccountId(uuid4()))
        account = open_account(self.core.backend, context, telegram_id=telegram_id, name=name, timezone="Europe/London")
        for address in addresses:
            verify_address(self.core.backend, self.context(account.tenant), address=address, code=None)
        device = self.device(account.tenant)
        return Client(self, account.tenant, str(telegram_id), device.password)

    def device(self, tenant: AccountId) -> NewDevice:
        return add_device(self.core.backend, self.context(tenant), name="Laptop")

    def context(self, tenant: AccountId) -> Context:
        """The context of a command: its actor, door and time."""
        return Context(tenant, "operator", "cli", self.core.backend.clock(), uuid4(), "test")


@contextmanager
def open_site(
    database_url: str,
    rate_limits: RateLimits | None = None,
    **settings: str,
) -> Iterator[Site]:
    """A server on a port of its own, in a thread, until the block ends. ``settings`` by variable name; KEEP_ALIVE is
    the seconds that a connection may be idle; long, because a client keeps it while others do slow things."""
    keep_alive = int(settings.pop("KEEP_ALIVE", "600"))
    given: dict[str, Any] = {"DATABASE_URL": database_url, "TELEVENT_POOL_SIZE": 4, **settings}
    core = build_core(Settings(**given), database_url, CHEAP_PASSWORDS)
    push = Push(core).offer() if core.settings.push == "on" else None
    marks = PostgresMarks(core.direct or database_url)
    rows = PostgresRows(marks, core.pool, core.threads)
    url = core.settings.public_url
    plain = CaldavDoor(core.backend, core.run, rows, marks=marks, rate_limits=rate_limits, public_url=url, push=push)
    door = Doubted(plain, marks, plain.last_use, rate_limits)
    config = uvicorn.Config(
        entrance(core, door, marks=marks, rows=rows),
        host="127.0.0.1",
        port=0,
        lifespan="off",
        log_config=None,
        access_log=False,
        **protocols(core.settings),
        proxy_headers=False,
        timeout_keep_alive=keep_alive,
    )
    try:
        with serving(config, marks.close) as server:
            yield Site(core, port_of(server), server, door)
    finally:
        core.close()
    assert door.lies == []
