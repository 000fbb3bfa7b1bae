"""Content lines: RFC 5545 §3.1, RFC 6868."""

import pytest

from televent.ical.text.characters import text_of
from televent.ical.text.lines import FOLD_AT, compose, fold, name_of, parse_params, split_raw, unfold


@pytest.mark.parametrize("ending", [b"\r\n", b"\n", b"\r\r\n"])
def test_a_folded_line_says_one_thing_whatever_its_ending(ending: bytes) -> None:
    text = b"SUMMARY:Lunch" + ending + b"  with" + ending + b"\t Ann" + ending + b"UID:1" + ending
    raws = split_raw(text)
    assert b"".join(raws) == text
    assert [unfold(each) for each in raws] == [b"SUMMARY:Lunch with Ann", b"UID:1"]


def test_an_indented_text_is_lines_and_not_one_folded_line() -> None:
    text = b"    BEGIN:VCALENDAR\n    SUMMARY:Lunch\n      with Ann\n    END:VCALENDAR\n"
    raws = split_raw(text)
    assert b"".join(raws) == text
    assert len(raws) == 3
    assert raws[1] == b"    SUMMARY:Lunch\n      with Ann\n"


def test_a_fold_may_stand_inside_a_character() -> None:
    text = "SUMMARY:Zoë".encode()
    broken = text[:-1] + b"\r\n " + text[-1:]
    assert text_of(unfold(broken)) == "SUMMARY:Zoë"


def test_text_that_is_not_utf8_is_read_as_windows_1252() -> None:
    assert text_of(b"Caf\xe9") == "Café"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"summary:x", ("SUMMARY", 7)),
        (b" X-Foo.Bar ;A=1:x", ("X-FOO.BAR", 11)),
        (b"no colon here", None),
        (b"", None),
        (b":value", None),
    ],
)
def test_a_name_is_read_in_upper_case(line: bytes, said: tuple[str, int] | None) -> None:
    assert name_of(line) == said


@pytest.mark.parametrize(
    ("text", "params", "value"),
    [
        (":plain: text", (), "plain: text"),
        (';CN="Bob; B.":mailto:bob@example.com', (("CN", ("Bob; B.",)),), "mailto:bob@example.com"),
        (';member="a:b","c,d":x', (("MEMBER", ("a:b", "c,d")),), "x"),
        (";TZID=Europe/Berlin;VALUE=DATE-TIME:1", (("TZID", ("Europe/Berlin",)), ("VALUE", ("DATE-TIME",))), "1"),
        (";CN=George ^'Babe^' Ruth^n^^:x", (("CN", ('George "Babe" Ruth\n^',)),), "x"),
        (";;LANGUAGE=en:x", (("LANGUAGE", ("en",)),), "x"),
        (";ENCODING=:x", (("ENCODING", ("",)),), "x"),
        (";FLAG:x", (), "x"),
        (';CN=Bob "the" B.;RSVP=TRUE:x', (("CN", ("Bob",)), ("RSVP", ("TRUE",))), "x"),
        (";CN=nothing follows", (("CN", ("nothing follows",)),), ""),
        ("", (), ""),
    ],
)
def test_parameters_are_read_leniently(text: str, params: object, value: str) -> None:
    assert parse_params(text) == (params, value)


def test_what_is_composed_is_read_back() -> None:
    params = (
        ("CN", ('A "quoted", name; with: all^n',)),
        ("DELEGATED-TO", ("mailto:a@example.com", "mailto:b@example.com")),
    )
    line = compose("ATTENDEE", params, "mailto:ann@example.com").decode()
    assert parse_params(line[len("ATTENDEE") :]) == (params, "mailto:ann@example.com")


def test_a_composed_line_cannot_smuggle_in_another() -> None:
    line = compose("SUMMARY", (("CN", ("a\r\nATTENDEE:x",)),), "x\r\nATTENDEE:mailto:eve@example.com")
    assert b"\n" not in line
    assert b"\r" not in line


def test_folded_rows_are_short_and_cut_no_character() -> None:
    line = ("SUMMARY:" + "ë€😀" * 60).encode()
    raw = fold(line)
    rows = raw.removesuffix(b"\r\n").split(b"\r\n")
    assert len(rows) > 1
    assert all(len(row) <= FOLD_AT for row in rows)
    assert all(row.decode() for row in rows)
    assert unfold(raw) == line


@pytest.mark.parametrize(
    "hostile",
    [
        b"X:" + b"\r" * 300_000 + b"a\n b",
        b"X;" + b" " * 300_000 + b":v",
        b"X;" + b"a " * 150_000,
        b"X;A=" + b'"' * 300_000,
        b"X;A=" + b"," * 300_000,
        b"X" * 300_000,
        b" " * 300_000,
    ],
    ids=["carriage returns", "blanks", "no equals", "quotes", "commas", "name", "only blanks"],
)
def test_a_hostile_line_costs_no_more_than_its_length(hostile: bytes) -> None:
    for raw in split_raw(hostile):
        unfolded = unfold(raw)
        head = name_of(unfolded)
        if head is not None:
            _, value = parse_params(text_of(unfolded[head[1] :]))
            assert len(value) <= len(hostile)
        assert len(unfolded) <= len(hostile)
