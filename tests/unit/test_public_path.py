"""The path of PUBLIC_URL comes off what enters and stands before what leaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from televent.adapters.caldav.public_path import PublicPath
from televent.adapters.caldav.webdav.xml_in import parse
from televent.adapters.caldav.webdav.xml_out import CONTENT_TYPE, document, href, verbatim_href

ORIGIN = "https://cal.example.com"
PATHS = ("", "/cal", "/team/calendars", "/caldav", "/push")
INSIDE = st.sampled_from(
    ("/", "/caldav/", "/caldav/7/", "/caldav/7/work/a%20b.ics", "/principals/", "/push/0f", "/.well-known/caldav")
)


def leaving(public: PublicPath, xml: bytes) -> bytes:
    _, body = public.leave([(b"content-type", CONTENT_TYPE)], xml)
    assert isinstance(body, bytes)
    return body


@given(path=st.sampled_from(PATHS), inside=INSIDE, origin=st.sampled_from(("", ORIGIN, "http://192.0.2.7:3000")))
def test_a_url_below_the_path_names_the_same_inside(path: str, inside: str, origin: str) -> None:
    public = PublicPath(f"{ORIGIN}{path}")
    assert public.inner(f"{origin}{path}{inside}") == f"{origin}{inside}"
    if path not in ("/caldav", "/push"):
        assert public.inner(f"{origin}{inside}") == f"{origin}{inside}"


@pytest.mark.parametrize(
    "url",
    [
        "mailto:ann@example.com",
        "urn:uuid:7",
        "/calx/caldav/",
        "/cal/other/",
        "data:,/cal/caldav/",
        "",
        "ab/cal/caldav/",
    ],
)
def test_all_else_stays(url: str) -> None:
    assert PublicPath(f"{ORIGIN}/cal").inner(url) == url


@given(path=st.sampled_from(PATHS[:3]), inside=INSIDE, origin=st.sampled_from(("", ORIGIN)))
def test_a_stored_href_comes_back_as_it_was_sent(path: str, inside: str, origin: str) -> None:
    public = PublicPath(f"{ORIGIN}{path}")
    sent = f'<D:href xmlns:D="DAV:">{origin}{path}{inside}</D:href>'
    root = parse(f'<x xmlns:D="DAV:"><D:href>{origin}{path}{inside}</D:href></x>'.encode())
    public.enter_xml(root)
    inner = root[0].text or ""
    if inside.startswith("/.well-known") and path:
        return  # nobody stores it, and no answer has it
    assert leaving(public, f'<D:href xmlns:D="DAV:">{inner}</D:href>'.encode()).decode() == sent


def test_each_href_of_an_answer_gets_the_path_once_whole_or_in_parts() -> None:
    public = PublicPath(f"{ORIGIN}/cal")
    parts = [document("D:error", href("/caldav/7/") + href("mailto:a@example.com")), href("/principals/").encode()]
    headers, body = public.leave([(b"content-type", CONTENT_TYPE), (b"location", b"/caldav/7/a.ics")], iter(parts))
    assert isinstance(body, Iterator)
    found = b"".join(body).decode()
    assert headers[1] == (b"location", b"/cal/caldav/7/a.ics")
    assert [each.partition("<")[0] for each in found.split("<D:href>")[1:]] == [
        "/cal/caldav/7/",
        "mailto:a@example.com",
        "/cal/principals/",
    ]
    for shown in ("/caldav/7/", "/cal/caldav/7/", "mailto:a@example.com"):
        assert parse(leaving(public, document("D:x", verbatim_href(shown))))[0].text == shown


def test_the_headers_of_a_request_lose_the_path() -> None:
    headers = {
        "destination": f"{ORIGIN}/cal/caldav/7/b.ics",
        "if": f'<{ORIGIN}/cal/caldav/7/a.ics> (["x"] <data:,t>) </cal/caldav/7/> (Not <data:,/cal/caldav/>)',
        "host": "cal.example.com",
    }
    PublicPath(f"{ORIGIN}/cal").enter(headers)
    assert headers == {
        "destination": f"{ORIGIN}/caldav/7/b.ics",
        "if": f'<{ORIGIN}/caldav/7/a.ics> (["x"] <data:,t>) </caldav/7/> (Not <data:,/cal/caldav/>)',
        "host": "cal.example.com",
    }
