"""CalDAV answers every request completely, and never with a 5xx of its own.

There are two kinds of requests, the same ones in every run: those of ``make fuzz``, and trees of XML that no client
would build, out of the names that the server knows.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from random import Random
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.judge import complaint
from fuzz.requests import Case, case
from fuzz.wire import send
from support.dav import Client, event, open_site
from televent.adapters.caldav.methods.report import HANDLERS
from televent.adapters.caldav.properties.table import ALL

HANGS = 60.0
"""Seconds without a byte after which a request counts as unanswered; enough for a slow machine."""
NAMESPACES = (
    "DAV:",
    "urn:ietf:params:xml:ns:caldav",
    "http://calendarserver.org/ns/",
    "http://apple.com/ns/ical/",
    "https://bitfire.at/webdav-push",
    "",
    "urn:x",
)
LOCALS = (
    *("prop", "set", "remove", "allprop", "propname", "include", "href", "filter", "comp-filter", "prop-filter"),
    *("param-filter", "text-match", "time-range", "is-not-defined", "comp", "expand", "limit-recurrence-set", "limit"),
    *("limit-freebusy-set", "sync-token", "sync-level", "nresults", "property", "timezone", "timezone-id", "principal"),
    *("ace", "grant", "deny", "privilege", "read", "write", "self", "all", "match", "property-search", "calendar-data"),
    *("subscription", "web-push-subscription", "trigger", "content-update", "depth", "expires", "push-resource"),
    *("hosturl", "invite-accepted", "user", "read-write", "mkcol", "resourcetype", "calendar", "collection"),
)
ROOTS = (
    *HANDLERS,
    *(f"{{DAV:}}{name}" for name in ("propfind", "propertyupdate", "mkcol", "acl")),
    *(f"{{{NAMESPACES[2]}}}{name}" for name in ("share", "invite-reply")),
    "{urn:ietf:params:xml:ns:caldav}mkcalendar",
    "{https://bitfire.at/webdav-push}push-register",
)
NAMES = tuple(
    sorted({*ROOTS, *(live.name for live in ALL), *(f"{{{uri}}}{name}" for uri in NAMESPACES for name in LOCALS)})
)
TEXTS = (
    *("", "1", "0", "-1", "infinity", "99999999999999999999", "VEVENT", "20261125T100000Z", "20261125", "9" * 400),
    *(
        "00010101T000000Z",
        "99991231T235959Z",
        "Europe/London",
        "data:,televent/x/1",
        "mailto:ann@example.com",
        "é\u2028",
    ),
    *("/caldav/", "//[::1", "https://push.example.org/x", "p256dh", "aes128gcm", "]]>", "%00", "\U0001f4c5" * 40),
)
ATTRIBUTES = ("name", "start", "end", "collation", "negate-condition", "test", "match-type", "type", "novalue", "value")

texts = st.sampled_from(TEXTS)
attributes = st.dictionaries(st.sampled_from(ATTRIBUTES), texts, max_size=3)


@st.composite
def elements(draw: st.DrawFn, names: tuple[str, ...] = NAMES, depth: int = 4) -> str:
    """An element with any content."""
    namespace, _, local = draw(st.sampled_from(names))[1:].rpartition("}")
    given = "".join(f" {key}={quoteattr(value)}" for key, value in draw(attributes).items())
    many = draw(st.integers(0, 3)) if depth else 0
    inner = "".join(draw(elements(NAMES, depth - 1)) for _ in range(many)) or escape(draw(texts))
    return f"<{local} xmlns={quoteattr(namespace)}{given}>{inner}</{local}>"


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, dict[str, str], bytes]:
    """A well-formed request without a meaning."""
    method = draw(st.sampled_from(("REPORT",) * 4 + ("PROPFIND", "PROPPATCH", "MKCALENDAR", "MKCOL", "POST", "ACL")))
    path = draw(st.sampled_from(("@HOME@", "@HOME@default/", "@HOME@default/a.ics", "@HOME@inbox/", "@HOME@outbox/")))
    if method.startswith("MK"):
        path = f"@HOME@{draw(st.sampled_from('abcdefgh'))}/"
    headers = draw(st.dictionaries(st.sampled_from(("Depth", "If", "Prefer", "Push-Dont-Notify")), texts, max_size=2))
    body = draw(elements(ROOTS)).encode()
    return method, path, headers, body


@pytest.fixture
def ann(database_url: str) -> Iterator[Client]:
    with open_site(database_url) as site:
        ann = site.person(101, "Ann", "ann@example.com")
        for name in "abc":
            ann.put(f"{ann.calendar()}{name}.ics", event(f"{name}@example.com"))
        yield ann


def wrong(ann: Client, request: Case) -> str:
    """The reason why the answer is wrong; "" where it is right."""
    login = "Basic " + base64.b64encode(f"{ann.user}:{ann.password}".encode()).decode()
    raw = request.raw.replace(b"@LOGIN@", login.encode()).replace(b"@HOME@", ann.home.encode())
    return complaint(request, send("127.0.0.1", ann.site.port, raw, HANGS), HANGS)


BOUNDED = settings(
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@settings(BOUNDED, max_examples=300)
@given(request=requests())
def test_xml_that_means_nothing_is_answered(ann: Client, request: tuple[str, str, dict[str, str], bytes]) -> None:
    method, path, headers, body = request
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Authorization: @LOGIN@", "Content-Type: application/xml"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"]
    raw = "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body
    assert wrong(ann, Case(raw)) == ""


def test_requests_of_bad_clients_are_answered(ann: Client) -> None:
    dice = Random(5545)
    # The server waits for the rest of an incomplete request and must not answer it.
    cases = [each for each in (case(dice, "default") for _ in range(400)) if each.framed]
    for request in cases:
        assert wrong(ann, request) == "", request.raw[:4000]
