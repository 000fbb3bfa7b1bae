"""Long bodies of XML are parsed beside the event loop, so that other requests go on; short ones without a thread."""

from __future__ import annotations

import asyncio

import pytest

from support.dav import DECLARED, Client
from televent.adapters.caldav.http import MAX_AT_ONCE
from televent.adapters.caldav.webdav import xml_in

CALENDAR, HOME = "calendar", "home"
REQUESTS = [
    ("PROPFIND", CALENDAR, "D:propfind", "<D:prop><D:getetag/></D:prop>", 207),
    (
        "PROPPATCH",
        CALENDAR,
        "D:propertyupdate",
        "<D:set><D:prop><D:displayname>A</D:displayname></D:prop></D:set>",
        207,
    ),
    ("REPORT", CALENDAR, "C:calendar-query", "<D:prop/><C:filter><C:comp-filter name='VCALENDAR'/></C:filter>", 207),
    ("REPORT", CALENDAR, "D:sync-collection", "<D:sync-token/><D:sync-level>1</D:sync-level><D:prop/>", 207),
    ("REPORT", CALENDAR, "C:calendar-multiget", "<D:prop/><D:href>/caldav/x/y/z.ics</D:href>", 207),
    ("REPORT", HOME, "D:expand-property", "<D:property name='displayname'/>", 207),
    ("ACL", CALENDAR, "D:acl", "", 200),
    ("MKCALENDAR", "new", "C:mkcalendar", "<D:set><D:prop><D:displayname>A</D:displayname></D:prop></D:set>", 201),
    ("MKCOL", "new", "D:mkcol", "", 403),
    ("POST", CALENDAR, "CS:share", "", 400),
    ("POST", HOME, "CS:invite-reply", "", 400),
    ("POST", CALENDAR, "P:push-register", "", 403),
]


@pytest.fixture
def on_loop(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each parse ran on an event loop."""
    found: list[bool] = []
    parse = xml_in.parse

    def noted(body: bytes, charset: str | None = None) -> xml_in.Element:
        try:
            asyncio.get_running_loop()
            found.append(True)
        except RuntimeError:
            found.append(False)
        return parse(body, charset)

    monkeypatch.setattr(xml_in, "parse", noted)
    return found


@pytest.mark.parametrize(("method", "place", "root", "inside", "status"), REQUESTS)
def test_a_long_body_is_parsed_in_a_thread_and_answered_as_a_short_one(
    ann: Client, on_loop: list[bool], method: str, place: str, root: str, inside: str, status: int
) -> None:
    ann.calendar()
    path = ann.home if place == HOME else ann.calendar(place) if place == "new" else ann.calendar()
    body = f"<{root} {DECLARED}>{inside}</{root}>"
    # The process has read no such body before.
    unlike = f"<!-- {method} {root} -->"
    long = ann.ask(method, path, body + "<!--" + MAX_AT_ONCE * "a" + "-->", Content_Type="application/xml")
    assert long.status == status, long.body
    assert set(on_loop) == {False}
    if status == 201:
        return
    on_loop.clear()
    short = ann.ask(method, path, body + unlike, Content_Type="application/xml")
    assert (short.status, short.body) == (long.status, long.body)
    assert set(on_loop) == {True}


def test_a_long_body_with_faults_is_refused_as_a_short_one(ann: Client, on_loop: list[bool]) -> None:
    for body in ("<a", "<a" + MAX_AT_ONCE * " "):
        assert ann.ask("PROPFIND", ann.calendar(), body).status == 400
    assert on_loop == [True, False]
