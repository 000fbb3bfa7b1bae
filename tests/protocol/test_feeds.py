"""RFC 7986 §5.1: a calendar as one iCalendar stream has the calendar's name."""

import pytest

from support.dav import DECLARED, Client, Site, event
from support.shares import mounted


def lines(client: Client, path: str) -> list[str]:
    answer = client.ask("GET", path)
    assert answer.status == 200
    return answer.text.replace("\r\n ", "").split("\r\n")


def rename(client: Client, path: str, name: str) -> None:
    prop = f"<D:set><D:prop><D:displayname>{name}</D:displayname></D:prop></D:set>"
    client.ask("PROPPATCH", path, f"<D:propertyupdate {DECLARED}>{prop}</D:propertyupdate>")


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("Work", "Work"),
        ("Tea &amp; Cake; milk, sugar", r"Tea & Cake\; milk\, sugar"),
        ("two&#10;lines", r"two\nlines"),
        ("Ünïcödé " + "x" * 100, "Ünïcödé " + "x" * 100),
        ("<![CDATA[a<b>c]]>", "a<b>c"),
    ],
)
def test_a_calendar_as_a_stream_has_its_name(ann: Client, stored: str, written: str) -> None:
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    rename(ann, ann.calendar(), stored)
    found = lines(ann, ann.calendar())
    assert f"NAME:{written}" in found
    assert f"X-WR-CALNAME:{written}" in found
    assert found.index(f"NAME:{written}") < found.index("BEGIN:VEVENT")
    assert all(len(row.encode()) <= 75 for row in ann.ask("GET", ann.calendar()).text.split("\r\n"))


def test_a_calendar_without_a_name_has_that_of_its_url(ann: Client) -> None:
    ann.ask("MKCALENDAR", ann.calendar("new%20one"))
    assert "X-WR-CALNAME:new one" in lines(ann, ann.calendar("new%20one"))


def test_another_name_is_another_etag(ann: Client) -> None:
    before = ann.ask("GET", ann.calendar()).headers["etag"]
    rename(ann, ann.calendar(), "Other")
    assert ann.ask("GET", ann.calendar(), If_None_Match=before).status == 200


def test_a_shared_calendar_has_the_name_that_its_reader_gave_it(site: Site, ann: Client) -> None:
    bob = site.person(102, "Bob", "bob@example.com")
    path = mounted(ann, bob, "read", "default")
    rename(ann, ann.calendar(), "Ann's")
    rename(bob, path, "Mine")
    assert "X-WR-CALNAME:Mine" in lines(bob, path)
    assert "X-WR-CALNAME:Ann's" in lines(ann, ann.calendar())
