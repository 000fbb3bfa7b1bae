"""The WebDAV kit by itself: paths, XML in and out, conditions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from televent.adapters.caldav.tree import BadPath, Kind, encode, parse
from televent.adapters.caldav.webdav import xml_in
from televent.adapters.caldav.webdav.conditions import conditions, entity_tags, not_modified
from televent.adapters.caldav.webdav.names import DECLARATIONS, tags
from televent.adapters.caldav.webdav.text import attribute, escape
from televent.adapters.caldav.webdav.xml_out import CHUNK, multistatus, status_response, streamed

XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\n\r&<>'\"]")
)
NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/") | st.sampled_from("\t\n\r"), min_size=1
).filter(lambda name: name not in (".", ".."))


@given(XML_TEXT)
def test_text_comes_through_xml_as_it_was(text: str) -> None:
    element = etree.fromstring(f'<a b="{attribute(text)}">{escape(text)}</a>')
    assert (element.text or "", element.get("b")) == (text, text)


@given(st.text())
def test_whatever_the_text_the_xml_is_well_formed(text: str) -> None:
    etree.fromstring(f"<a>{escape(text)}</a>".encode())


@given(NAMES, NAMES, NAMES)
def test_a_path_that_we_write_is_the_path_that_we_read(user: str, calendar: str, name: str) -> None:
    target = parse(f"/caldav/{encode(user)}/{encode(calendar)}/{encode(name)}")
    if calendar in ("inbox", "outbox"):
        return
    assert target is not None
    assert (target.kind, target.user, target.calendar, target.name) == (Kind.OBJECT, user, calendar, name)
    assert parse(target.path) == target


@given(st.text(st.sampled_from("/%.acd2eFf0~ \x00é"), max_size=30))
def test_no_path_is_more_than_understood_or_refused(path: str) -> None:
    try:
        target = parse("/caldav/" + path)
    except BadPath:
        return
    assert target is None or ".." not in target.path.split("/")


@pytest.mark.parametrize(
    ("path", "kind", "slash"),
    [
        ("/", Kind.ROOT, True),
        ("/caldav", Kind.ROOT, False),
        ("/.well-known/caldav", Kind.WELL_KNOWN, False),
        ("/caldav/1", Kind.HOME, False),
        ("/caldav/1/work/", Kind.CALENDAR, True),
        ("/caldav/1/inbox/", Kind.INBOX, True),
        ("/caldav/1/outbox", Kind.OUTBOX, False),
        ("/caldav/1/inbox/a.ics", Kind.INBOX_ITEM, False),
    ],
)
def test_a_path_names_its_kind_with_and_without_a_slash(path: str, kind: Kind, slash: bool) -> None:
    target = parse(path)
    assert target is not None
    assert (target.kind, target.slash) == (kind, slash)


@pytest.mark.parametrize("path", ["/caldav//work/", "/caldav/1/work/a/", "/caldav/1/outbox/a", "/calendars/1/", "/api"])
def test_a_path_outside_the_tree_names_nothing(path: str) -> None:
    assert parse(path) is None


BOMB = b'<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a x="&d;">&d;</a>'


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        BOMB.decode().encode("utf-16"),
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a>" * 101 + b"</a>" * 101,
        b"<a>&undefined;</a>",
        b"<a b='1' b='2'/>",
        b"<a><b></a>",
        b"\xff\xfe",
        b"",
    ],
)
def test_xml_that_could_do_harm_or_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(xml_in.MalformedXml):
        xml_in.parse(body)


@pytest.mark.parametrize("hostile", [b"<!DOCTYPE", b"<!DOCTYPE ", b"<!ENTITY a SYSTEM", b"<!DOCTYPE a\n<"])
def test_a_hostile_document_type_takes_linear_time(hostile: bytes) -> None:
    # An algorithm that takes the square of the length does not end within the time that pytest gives a test.
    with pytest.raises(xml_in.MalformedXml):
        xml_in.parse(hostile * (1024 * 1024 // len(hostile)))


@pytest.mark.parametrize(
    "inside",
    [
        'a SYSTEM "file:///etc/passwd"',
        'a\n PUBLIC "-//X" "http://x.example/<x>"',
        'a [<!ENTITY b SYSTEM "file:///etc/passwd">]',
        'a [<!ENTITY % b PUBLIC "-//X" "x">]',
    ],
)
def test_an_external_entity_is_told_from_other_faults(inside: str) -> None:
    with pytest.raises(xml_in.ExternalEntity):
        xml_in.parse(f"<!DOCTYPE {inside}><a/>".encode())


def test_a_hundred_levels_are_taken() -> None:
    assert xml_in.parse(b"<a>" * 100 + b"</a>" * 100).tag == "a"


@given(XML_TEXT, XML_TEXT)
def test_a_stored_value_stands_on_its_own(text: str, tail: str) -> None:
    source = f'<p:a xmlns:p="urn:p"><p:b c="{attribute(text)}">{escape(text)}</p:b>{escape(tail)}</p:a>'
    inner = xml_in.inner(xml_in.parse(source.encode()))
    (again,) = etree.fromstring(f"<other>{inner}</other>".encode())
    assert (again.tag, again.get("c"), again.text or "", again.tail or "") == ("{urn:p}b", text, text, tail)


def test_a_language_in_scope_belongs_to_the_value() -> None:
    root = xml_in.parse(b'<a xml:lang="ru"><b/></a>')
    assert xml_in.attributes(root[0]) == ' xml:lang="ru"'


def test_an_element_of_any_namespace_can_be_written() -> None:
    for name in ("{DAV:}a", "{urn:x&y}b", "c"):
        start, end = tags(name)
        (element,) = etree.fromstring(f"<r{DECLARATIONS}>{start}>{end}</r>")
        assert element.tag == name


def test_a_stream_is_the_same_document_in_bounded_pieces() -> None:
    responses = [status_response(f"/caldav/1/work/{number}.ics", 404) for number in range(10_000)]
    chunks = list(streamed(responses))
    assert b"".join(chunks) == multistatus(responses)
    assert len(chunks) > 5
    assert max(map(len, chunks)) < CHUNK + 1000


@pytest.mark.parametrize(
    ("value", "strong", "weak"),
    [
        ('"a"', ("a",), ("a",)),
        ('"a", "b,c"', ("a", "b,c"), ("a", "b,c")),
        ('W/"a", "b"', ("b",), ("a", "b")),
        ("*", ("*",), ("*",)),
        ('"*"', ("\0",), ("\0",)),
        ("a", ("a",), ("a",)),
        ('"a', ("\0",), ("\0",)),
        ("", (), ()),
    ],
)
def test_entity_tags_are_read_exactly(value: str, strong: tuple[str, ...], weak: tuple[str, ...]) -> None:
    assert entity_tags(value, weak=False) == strong
    assert entity_tags(value, weak=True) == weak


def test_conditions_are_those_of_the_headers() -> None:
    read = conditions({"if-match": '"a"', "if-schedule-tag-match": '"t"'})
    assert (read.if_match, read.if_none_match, read.if_schedule_tag_match) == (("a",), None, "t")
    assert not_modified({"if-none-match": 'W/"a"'}, "a")
    assert not not_modified({"if-none-match": '"b"'}, "a")
    assert not not_modified({}, "a")
