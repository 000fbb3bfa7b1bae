"""A long list is written from a template, byte for byte as if each member had been asked for by itself."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from televent.adapters.caldav.properties.asked import Asked
from televent.adapters.caldav.properties.listing import AT_ONCE, Form, Listing, Views
from televent.adapters.caldav.properties.live import Cell
from televent.adapters.caldav.properties.table import BY_KIND
from televent.adapters.caldav.properties.view import ObjectView, Person
from televent.adapters.caldav.reports import calendar_data
from televent.adapters.caldav.tree import Kind, encode
from televent.adapters.caldav.webdav.names import c, d
from televent.adapters.caldav.webdav.text import escape, escape_bytes
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.resources import ResourceRow
from televent.domain.ids import AccountId
from televent.ical.text.characters import servable

TENANT = AccountId(UUID(int=7))
ANN = Person(AccountRow(TENANT, 101, "Ann", "Europe/London", "en", None), lambda _: (), f"/caldav/{TENANT}/")
# Properties that every client asks for, that some ask for, and that do not exist.
PLAIN = (d("getetag"), d("getcontenttype"), d("resourcetype"), d("getcontentlength"), d("getlastmodified"))
ABSENT = (d("displayname"), c("calendar-description"), "{urn:example:100%25s}percent", "none")
EXTRA = {calendar_data.NAME: Cell("ics", read=escape_bytes)}
NAMES = st.text(st.sampled_from("abz09-._~ %/&<>'\"é\n\t☃"), min_size=1, max_size=12)
TEXTS = st.binary(min_size=1, max_size=60) | st.text(min_size=1, max_size=60).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)
ROWS = st.builds(
    ResourceRow,
    calendar_id=st.just(UUID(int=1)),
    href=NAMES,
    stream_id=st.uuids(),
    uid=st.text(max_size=5),
    etag=st.text(st.sampled_from("0123456789abcdef"), min_size=4, max_size=4),
    schedule_tag=st.none() | st.just("5-6"),
    component=st.sampled_from(("VEVENT", "VTODO", "VJOURNAL")),
    seq=st.integers(1, 10**12),
    deleted=st.just(False),
    recurs=st.booleans(),
    modified_at=st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001
    size=st.integers(0, 10**6),
    ics=TEXTS,
)


def listed(listing: Listing, rows: list[ResourceRow]) -> str:
    """The rows as if their columns had been read."""
    found: list[tuple[Any, ...]] = [(row.href, *(getattr(row, each) for each in listing.columns)) for row in rows]
    return "".join(listing.written(found))


@given(
    names=st.lists(st.sampled_from((*PLAIN, *ABSENT, calendar_data.NAME)), unique=True, max_size=7).map(tuple),
    rows=st.lists(ROWS, max_size=5),
    path=st.sampled_from(("/caldav/7/work/", "/caldav/a%40example.com/100%25%20real&co/")),
    minimal=st.booleans(),
)
def test_a_form_writes_what_each_member_would_answer(
    names: tuple[str, ...], rows: list[ResourceRow], path: str, minimal: bool
) -> None:
    asked = Asked(names, minimal=minimal, extra=EXTRA)
    listing = asked.listing(path, ANN)
    assert isinstance(listing, Form)
    each = "".join(Asked(names, minimal=minimal, extra=EXTRA).response(_view(path, row)) for row in rows)
    assert listed(listing, rows) == each
    etree.fromstring(f'<D:m xmlns:D="DAV:" xmlns:C="urn:c">{each}</D:m>'.encode())


@given(
    names=st.lists(st.sampled_from(sorted(BY_KIND[Kind.OBJECT])), unique=True, min_size=1, max_size=6).map(tuple),
    everything=st.booleans(),
    rows=st.lists(ROWS, max_size=3),
)
def test_whatever_is_asked_the_list_says_what_each_member_says(
    names: tuple[str, ...], everything: bool, rows: list[ResourceRow]
) -> None:
    asked = Asked(None, include=names) if everything else Asked(names)
    each = "".join(asked.response(_view("/caldav/7/work/", row)) for row in rows)
    assert listed(asked.listing("/caldav/7/work/", ANN), rows) == each


def test_only_what_a_column_tells_is_read() -> None:
    assert Asked((d("getetag"),)).listing("/", ANN).columns == ("etag",)
    assert Asked((*PLAIN, *ABSENT)).listing("/", ANN).columns == ("etag", "component", "size", "modified_at")
    assert "ics" not in Asked((c("schedule-tag"),)).listing("/", ANN).columns
    assert "ics" in Asked((c("schedule-tag"), calendar_data.NAME), extra=EXTRA).listing("/", ANN).columns


def test_names_alone_are_asked_of_each_member() -> None:
    asked = Asked(None, only_names=True)
    row = ResourceRow(uuid4(), "a.ics", uuid4(), "a", "e", None, "VEVENT", 1, False, False, datetime.now(UTC), 5)
    listing = asked.listing("/", ANN)
    assert isinstance(listing, Views)
    assert listed(listing, [row]) == asked.response(_view("/", row))


def test_many_rows_are_all_written_and_in_order() -> None:
    asked = Asked((d("getetag"),))
    rows = [(f"{number} .ics", f"{number:04}") for number in range(2 * AT_ONCE + 1)]
    written = list(asked.listing("/c/", ANN).written(rows))
    assert len(written) == 3
    root = etree.fromstring(f'<D:m xmlns:D="DAV:">{"".join(written)}</D:m>')
    assert [each.text for each in root.iterfind("{DAV:}response/{DAV:}href")] == [
        f"/c/{number}%20.ics" for number in range(2 * AT_ONCE + 1)
    ]


@given(TEXTS | st.sampled_from(("a\ufffeb", "\uffff", "\ufffd", "\x0b", "a&b<c>d\r\n")).map(str.encode))
def test_bytes_are_escaped_like_their_text(data: bytes) -> None:
    assert escape_bytes(data) == escape(servable(data).decode())


def _view(path: str, row: ResourceRow) -> ObjectView:
    return ObjectView(path + encode(row.href), ANN, row)
