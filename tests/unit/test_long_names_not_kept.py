"""No memory keeps what is long: a stranger may send a header, a name or a word of any length."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from televent.adapters.caldav.properties import rfc7809
from televent.adapters.caldav.webdav import media_types, names
from televent.adapters.email.proving.resolver import DnsRecords
from televent.ical.zones import tzid
from televent.phrases.words import spelling

LONG = "a" * 60_000


@pytest.mark.parametrize(
    ("memory", "ask"),
    [
        (media_types._charset_once, lambda long: media_types.charset_of(f"text/xml; charset={long}")),
        (names._tags_once, lambda long: names.tags(f"{{https://example.com/}}{long}")),
        (tzid._known_once, tzid.known),
        (tzid._iana_name, tzid.iana_name),
        (spelling._mended_once, spelling.mended),
    ],
    ids=["content-type", "tags", "zone", "zone name", "word"],
)
def test_what_is_long_is_answered_and_not_kept(memory: Any, ask: Callable[[str], object]) -> None:
    before = memory.cache_info()
    for number in range(3):
        ask(f"{LONG}{number}")
    assert memory.cache_info() == before
    ask("a" * 10)
    assert memory.cache_info() != before


def test_a_long_header_has_the_same_charset_as_a_short_one() -> None:
    long = f"text/xml; boundary={LONG}; charset=utf-8"
    assert (media_types.charset_of(long), media_types.charset_of("text/xml; charset=utf-8")) == ("utf-8", "utf-8")


def test_a_long_name_has_the_same_tags_as_a_short_one() -> None:
    start, end = names.tags(f"{{urn:x}}{LONG}")
    assert (start, end) == (f'<X:{LONG} xmlns:X="urn:x"', f"</X:{LONG}>")


def test_answers_to_bodies_are_kept_by_a_short_charset() -> None:
    """An empty body, or one with faults, has an answer in any charset, and that is kept."""
    charset = media_types.charset_of(f"text/xml; charset={LONG}")
    assert charset is not None
    assert len(charset) == media_types.MAX_CHARSET


def test_a_long_stored_zone_is_not_kept() -> None:
    stored = f"BEGIN:VCALENDAR\r\nX-A:{LONG}\r\nEND:VCALENDAR\r\n"
    view = SimpleNamespace(row=SimpleNamespace(props={rfc7809.TIMEZONE: stored}))
    before = rfc7809._named_once.cache_info()
    assert rfc7809._timezone_id(view) is None  # type: ignore[arg-type]
    assert rfc7809._named_once.cache_info() == before


def test_a_long_name_of_the_dns_is_not_kept() -> None:
    records = DnsRecords(["192.0.2.1"])
    for number in range(3):
        assert asyncio.run(records.txt(f"{LONG}{number}._domainkey.example.org")) == ()
    assert not records._known
