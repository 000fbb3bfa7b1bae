"""The index of occurrences (ADR 0015) agrees with the texts: its certain occurrences exist, it omits none, and
free/busy from the index is the same as free/busy from the texts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from support.as_bytes import occurs, read
from support.event_store import Shop, open_shop
from televent.adapters.postgres.dav_index import read_store
from televent.application.read_models.resources import PutResource
from televent.domain.ids import StreamKey
from televent.ical.queries.freebusy import Period, busy_periods, merged
from televent.ical.queries.query import CompFilter, TimeRange, matches
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import parse
from televent.ical.zones.moments import utc_of

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
RULES = (
    "FREQ=WEEKLY;COUNT=20",
    "FREQ=DAILY",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;COUNT=40",
    "FREQ=HOURLY;INTERVAL=5;UNTIL=20270101T000000Z",
    "FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20261101T000000Z",
    "FREQ=MINUTELY;INTERVAL=700",
)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url) as shop:
        yield shop


def calendar_object(random: Random, number: int) -> bytes:
    """An object of any kind there is: zoned, floating, in days; single, recurring, with changed occurrences."""
    kind = random.choice(("VEVENT", "VEVENT", "VEVENT", "VTODO", "VJOURNAL"))
    form = random.choice(("utc", "zone", "float", "date"))
    zone = random.choice(ZONES)
    start = (FIRST + timedelta(minutes=15 * random.randrange(35000))).replace(tzinfo=None)

    def line(name: str, when: datetime) -> str:
        if form == "date":
            return f"{name};VALUE=DATE:{when:%Y%m%d}"
        params, suffix = (f";TZID={zone}", "") if form == "zone" else ("", "Z" if form == "utc" else "")
        return f"{name}{params}:{when:%Y%m%dT%H%M%S}{suffix}"

    def times(begin: datetime) -> list[str]:
        length = random.choice((timedelta(0), timedelta(minutes=30), timedelta(hours=30)))
        ends = {"VEVENT": "DTEND", "VTODO": "DUE"}.get(kind)
        found = [line("DTSTART", begin)] if kind == "VEVENT" or random.random() < 0.8 else []
        if ends and random.random() < 0.7:
            found.append(line(ends, begin + max(length, timedelta(days=form == "date"))))
        elif kind != "VJOURNAL" and found and random.random() < 0.5:
            found.append(f"DURATION:{random.choice(('PT1H', 'P1D', 'P2DT3H'))}" if form != "date" else "DURATION:P2D")
        if kind == "VTODO" and random.random() < 0.4:
            found.append(f"CREATED:{begin:%Y%m%dT%H%M%S}Z")
        if kind == "VTODO" and random.random() < 0.4:
            found.append(f"COMPLETED:{begin + timedelta(days=9):%Y%m%dT%H%M%S}Z")
        if random.random() < 0.3:
            found.append(f"STATUS:{random.choice(('TENTATIVE', 'CANCELLED', 'CONFIRMED'))}")
        if random.random() < 0.3:
            found.append("TRANSP:TRANSPARENT")
        return found

    head = [f"UID:{number}@example.com", "DTSTAMP:20260101T000000Z"]
    body = [f"BEGIN:{kind}", *head, *times(start)]
    recurs = random.random() < 0.5 and any(each.startswith("DTSTART") for each in body)
    if recurs:
        rule = random.choice(RULES)
        if form == "date" and ("HOURLY" in rule or "MINUTELY" in rule):
            rule = "FREQ=DAILY;INTERVAL=2"
        body.append(f"RRULE:{rule}")
        if random.random() < 0.3:
            body.append(line("EXDATE", start))
        if random.random() < 0.2:
            body.append(line("RDATE", start + timedelta(days=400)))
    body.append(f"END:{kind}")
    if recurs and random.random() < 0.4:
        moved = start + timedelta(days=random.choice((0, 1, 30)), hours=2)
        wide = ";RANGE=THISANDFUTURE" if random.random() < 0.4 else ""
        rid = line("RECURRENCE-ID", start + timedelta(days=7)).replace("RECURRENCE-ID", f"RECURRENCE-ID{wide}")
        override = [each for each in times(moved) if not each.startswith(("CREATED", "COMPLETED"))]
        body += [f"BEGIN:{kind}", *head, rid, *override, f"END:{kind}"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *body, "END:VCALENDAR", ""]).encode()


def stored(shop: Shop, calendar: Any, text: bytes, number: int) -> PutResource:
    reading = read(text)
    index = occurs(text, last=reading.span[1])
    put = shop.put(calendar, shop.key(), href=f"{number:03}", uid=f"{number}", fresh=True)
    put = replace(put, ics=text, component=reading.component, recurs=reading.recurs, occurs=index)
    shop.recorder.insert_events([shop.event(StreamKey(put.tenant, put.stream_id))], writes=[put])
    return put


def asked_ranges(random: Random) -> Iterator[tuple[datetime | None, datetime | None]]:
    for _ in range(25):
        start = FIRST + timedelta(minutes=30 * random.randrange(40000))
        yield start, start + timedelta(hours=random.choice((1, 24, 24 * 7, 24 * 31)))
    yield FIRST + timedelta(days=300), None
    yield None, FIRST + timedelta(days=90)
    yield FIRST.replace(year=2190), FIRST.replace(year=2191)


@pytest.mark.parametrize("seed", range(4))
def test_the_index_never_misses_and_is_right_where_it_is_certain(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(read_store, "TIME_ROWS", 7)
    random = Random(seed)
    calendar = shop.calendar()
    texts = [calendar_object(random, number) for number in range(45)]
    puts = {put.href: put for put in (stored(shop, calendar, text, n) for n, text in enumerate(texts))}
    for start, end in asked_ranges(random):
        zone = ZoneInfo(random.choice(ZONES))
        rows = {row.href: row for row in shop.reads.overlapping(shop.tenant, calendar, start, end, None, zone=zone)}
        bare = list(shop.reads.overlapping(shop.tenant, calendar, start, end, None, zone=zone, with_text=False))
        assert {row.href: row.ics for row in bare} == {
            href: None if row.certain else row.ics for href, row in rows.items()
        }
        for href, put in puts.items():
            within = CompFilter(put.component, time_range=TimeRange(start, end))
            wanted = CompFilter("VCALENDAR", comps=(within,))
            try:
                so = matches(parse(put.ics), wanted, zone)
            except IcalError:
                assert href in rows, "what cannot be counted may be anywhere"
                continue
            row = rows.get(href)
            assert row is not None or not so, (start, end, zone, put.ics.decode(), put.occurs)
            if row is not None and row.certain:
                assert so, (start, end, zone, put.ics.decode(), put.occurs)
        if start is None or end is None:
            continue
        check_busy(shop, calendar, puts, start, end, zone)


EXACT = {
    "utc": ["DTSTART:20260506T090000Z", "DTEND:20260506T100000Z"],
    "zone": ["DTSTART;TZID=Europe/Berlin:20260506T090000", "DTEND;TZID=Europe/Berlin:20260506T100000"],
    "float": ["DTSTART:20260506T090000", "DTEND:20260506T100000"],
    "day": ["DTSTART;VALUE=DATE:20260506"],
    "weekly": ["DTSTART;TZID=Europe/Berlin:20240103T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"],
    "birthday": ["DTSTART;VALUE=DATE:19710506", "RRULE:FREQ=YEARLY"],
    "changed": [
        *("DTSTART:20260429T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", "END:VEVENT", "BEGIN:VEVENT"),
        *("UID:0@example.com", "DTSTAMP:20260101T000000Z", "RECURRENCE-ID:20260506T090000Z"),
        *("DTSTART:20260507T090000Z", "DURATION:PT1H"),
    ],
}


@pytest.mark.parametrize("lines", EXACT.values(), ids=EXACT)
def test_of_common_events_no_text_is_read(shop: Shop, lines: list[str]) -> None:
    calendar = shop.calendar()
    head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:x",
        "BEGIN:VEVENT",
        "UID:0@example.com",
        "DTSTAMP:20260101T000000Z",
    ]
    stored(shop, calendar, "\r\n".join([*head, *lines, "END:VEVENT", "END:VCALENDAR", ""]).encode(), 0)
    zone, week = ZoneInfo("Europe/Berlin"), (datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 11, tzinfo=UTC))
    rows = list(shop.reads.overlapping(shop.tenant, calendar, *week, "VEVENT", zone=zone, with_text=False))
    assert [(row.certain, row.ics) for row in rows] == [(True, None)]
    known = shop.reads.busy(shop.tenant, calendar, *week, zone)
    assert (len(known.periods) + len(known.floats), list(known.unclear)) == (1, [])
    beside = (datetime(2026, 5, 1, 3, tzinfo=UTC), datetime(2026, 5, 5, 3, tzinfo=UTC))
    assert list(shop.reads.overlapping(shop.tenant, calendar, *beside, "VEVENT", zone=zone)) == []


def check_busy(
    shop: Shop, calendar: Any, puts: dict[str, PutResource], start: datetime, end: datetime, zone: ZoneInfo
) -> None:
    known = shop.reads.busy(shop.tenant, calendar, start, end, zone)
    periods = [Period(*each) for each in known.periods]
    for first, last, kind in known.floats:
        begin, finish = utc_of(first.replace(tzinfo=None), zone), utc_of(last.replace(tzinfo=None), zone)
        periods.append(Period(max(begin, start), min(finish, end), kind))
    read_too = [parse(puts[href].ics) for href in known.unclear]
    found = merged([*periods, *busy_periods(read_too, start, end, floating_zone=zone)])
    everything = [parse(put.ics) for put in puts.values() if put.component == "VEVENT"]
    assert found == busy_periods(everything, start, end, floating_zone=zone)
