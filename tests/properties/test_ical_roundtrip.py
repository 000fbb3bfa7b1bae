"""For every text, bytes in are bytes out, and an edit changes only its own lines."""

from datetime import UTC, datetime

from hypothesis import assume, example, given
from hypothesis import strategies as st

from support.as_bytes import read, validate
from televent.ical.text.characters import text_of
from televent.ical.text.errors import IcalError
from televent.ical.text.lines import compose, fold, name_of, parse_params, split_raw, unfold
from televent.ical.text.tree import Component, Property, parse
from televent.ical.text.values import escape, unescape

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
ENDINGS = st.sampled_from([b"\r\n", b"\n", b"\r\r\n"])
PRINTABLE = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=120)
OWN_NAMES = st.text("ABCXYZabcxyz019-", min_size=1, max_size=12).map("X-".__add__)
NAMES = st.one_of(st.sampled_from(["summary", "COMMENT", "Description", "ATTENDEE", "CATEGORIES"]), OWN_NAMES)
PARAMS = st.lists(
    st.tuples(st.sampled_from(["CN", "LANGUAGE", "X-P", "ALTREP"]), st.lists(PRINTABLE, min_size=1, max_size=2)),
    max_size=3,
    unique_by=lambda pair: pair[0],
)
BLANK = st.sampled_from([b"", b"", b"", b"", b"\r\n", b"\n\n"])


@st.composite
def lines(draw: st.DrawFn, ending: bytes) -> bytes:
    """One content line as some program might fold it, or not."""
    line = compose(draw(NAMES), draw(PARAMS), draw(PRINTABLE))
    if draw(st.booleans()):
        return fold(line, ending)
    cut = draw(st.integers(1, len(line)))
    # A row that is empty after its fold is strange but allowed.
    return line[:cut] + ending + draw(st.sampled_from([b" ", b"\t"])) + line[cut:] + ending


@st.composite
def calendars(draw: st.DrawFn) -> bytes:
    ending = draw(ENDINGS)

    # Hypothesis makes a hundred choices for a line and one for its place, so a few lines are put in many places.
    few = draw(st.lists(lines(ending), min_size=1, max_size=4))
    picks = st.lists(st.sampled_from(few), max_size=4)

    def some() -> bytes:
        return b"".join(draw(picks))

    def row(text: bytes) -> bytes:
        return draw(BLANK) + text + ending

    parts = [draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + row(b"BEGIN:VCALENDAR").lstrip(b"\r\n"), some()]
    for _ in range(draw(st.integers(1, 2))):
        parts += [row(b"begin:VEVENT"), row(b"UID:1@example.com"), row(b"DTSTART:20261121T100000Z"), some()]
        if draw(st.booleans()):
            parts += [row(b"BEGIN:VALARM"), some(), row(b"END:VALARM"), some()]
        parts.append(row(b"END:VEVENT"))
    parts.append(b"END:VCALENDAR" + draw(st.sampled_from([b"", ending, ending + ending])))
    return b"".join(parts)


@given(calendars())
def test_bytes_in_are_bytes_out(text: bytes) -> None:
    root = parse(text)
    assert root.to_bytes() == text
    assert root.copy().to_bytes() == text


@given(st.binary(max_size=400))
@example(b"\r" * 50 + b"\n \n")
def test_split_lines_joined_are_the_text(data: bytes) -> None:
    assert b"".join(split_raw(data)) == data


@given(calendars(), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 6), st.binary(max_size=6)), max_size=4))
def test_a_damaged_text_is_refused_by_name_or_given_back(text: bytes, wounds: list[tuple[int, int, bytes]]) -> None:
    for place, gone, put in wounds:
        text = text[:place] + put + text[place + gone :]
    refusal: IcalError | None = None
    try:
        assert parse(text).to_bytes() == text
        assert validate(text).uid
    except IcalError as refused:
        refusal = refused
    assert refusal is None or (refusal.precondition and str(refusal))


@given(NAMES, PARAMS, PRINTABLE, ENDINGS)
def test_a_line_composed_and_folded_says_what_was_meant(
    name: str, params: list[tuple[str, list[str]]], value: str, ending: bytes
) -> None:
    raw = fold(compose(name, params, value), ending)
    (only,) = split_raw(raw)
    unfolded = unfold(only)
    head = name_of(unfolded)
    assert head is not None
    assert head[0] == name.upper()
    assert parse_params(text_of(unfolded[head[1] :])) == (tuple((key, tuple(said)) for key, said in params), value)


@given(PRINTABLE)
def test_text_survives_escaping(text: str) -> None:
    assert unescape(escape(text)) == text


@given(calendars(), st.data())
def test_an_edit_touches_only_its_line(text: bytes, data: st.DataObject) -> None:
    root = parse(text)
    part: Component = data.draw(st.sampled_from(list(root.walk())))
    properties = part.properties
    assume(properties)
    place = data.draw(st.integers(0, len(properties) - 1))
    old = properties[place]
    new = old.with_value(data.draw(PRINTABLE)).with_param("X-Q", data.draw(PRINTABLE))
    part.replace(old, new)
    written = root.to_bytes()
    assert text.count(old.raw) >= 1
    assert any(
        text[:start] + old.lead + new.raw + text[start + len(old.raw) :] == written for start in starts(text, old)
    )
    again = parse(written)
    assert again.to_bytes() == written
    assert len([None for each in again.walk() for _ in each.properties]) == len(
        [None for each in root.walk() for _ in each.properties]
    )


def starts(text: bytes, prop: Property) -> list[int]:
    """Every position of the line's bytes in the text."""
    found, place = [], text.find(prop.raw)
    while place >= 0:
        found.append(place)
        place = text.find(prop.raw, place + 1)
    return found


@given(PRINTABLE, PRINTABLE, ENDINGS)
def test_a_new_title_is_read_back_and_nothing_else_moves(before: str, after: str, ending: bytes) -> None:
    text = ending.join(
        [
            b"BEGIN:VCALENDAR",
            b"VERSION:2.0",
            b"BEGIN:VEVENT",
            b"UID:1@example.com",
            b"DTSTAMP:20261101T090000Z",
            b"DTSTART:20261121T100000Z",
            fold(compose("SUMMARY", (), escape(before)), ending).removesuffix(ending),
            b'X-Odd;a="b":kept',
            b"END:VEVENT",
            b"END:VCALENDAR",
            b"",
        ]
    )
    root = parse(text)
    root.components("VEVENT")[0].put("SUMMARY", escape(after))
    edited = root.to_bytes()
    master = read(edited).master
    assert master is not None
    assert master.summary == after

    def rest(data: bytes) -> list[bytes]:
        return [each for each in split_raw(data) if not each.startswith((b"SUMMARY", b"DTSTAMP"))]

    assert rest(edited) == rest(text)
