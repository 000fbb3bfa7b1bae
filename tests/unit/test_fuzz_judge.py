"""The fuzzer finds the faults that it searches for, and makes requests that reach the server's code."""

from random import Random

import pytest

from fuzz import requests
from fuzz.filling import filled
from fuzz.judge import complaint, smallest
from fuzz.requests import Case
from fuzz.wire import Outcome
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import parse

XML = b"HTTP/1.1 207 x\r\nContent-Type: application/xml"
CASE = Case(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome(500, 0.1, b"", b"", True), "500"),
        (Outcome(200, 9.0, b"", b"", True), "it took 9.0 s"),
        (Outcome(0, 0.1), "no answer"),
        (Outcome(207, 0.1, XML, b"<a>", False), "a torn answer"),
        (Outcome(207, 0.1, XML, b"<a>", True), "the answer is no XML"),
        (Outcome(200, 0.1, b"", b"Traceback (most recent call last)", True), "a traceback"),
        (Outcome(207, 0.1, XML, b"<a/>", True), ""),
        (Outcome(400, 0.1, b"", b"", True), ""),
    ],
)
def test_a_bad_answer_is_named(outcome: Outcome, said: str) -> None:
    found = complaint(CASE, outcome, 5.0)
    assert found.startswith(said)
    assert bool(found) is bool(said)


def test_what_is_no_request_needs_no_answer() -> None:
    assert complaint(Case(b"garbage", framed=False), Outcome(0, 0.1), 5.0) == ""


def test_a_request_is_cut_down_to_what_is_bad_about_it() -> None:
    whole = b"PUT /x HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nContent-Length: 900\r\n\r\n" + b"a" * 600 + b"BAD" + b"b" * 297
    least = smallest(whole, lambda raw: b"BAD" in raw and b"Host" in raw, tries=200)
    assert least == b"PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nBAD"


def test_a_seed_makes_the_same_requests_again() -> None:
    first, second = ([requests.case(dice, "c").raw for _ in range(200)] for dice in (Random(5), Random(5)))
    assert first == second
    assert len(set(first)) > 190


def test_many_of_the_objects_can_be_read() -> None:
    dice, good = Random(7), 0
    puts = [each for each in (requests.case(dice, "c").raw for _ in range(600)) if each.startswith(b"PUT ")]
    for raw in puts:
        try:
            parse(raw.partition(b"\r\n\r\n")[2])
            good += 1
        except IcalError:
            continue
    assert good > len(puts) / 3


def test_what_is_filled_in_leaves_a_right_length_right() -> None:
    case = requests.put("a.ics", "c", b"at @HOME@")
    raw = filled(case.raw, {b"@HOME@": b"/caldav/somebody/", b"@LOGIN@": b"Basic x"})
    head, _, body = raw.partition(b"\r\n\r\n")
    assert body == b"at /caldav/somebody/"
    assert head.endswith(b"\r\nContent-Length: %d" % len(body))
    wrong = case.raw.replace(b"Content-Length: 9", b"Content-Length: 3")
    assert b"Content-Length: 3\r\n" in filled(wrong, {b"@HOME@": b"/"})


def test_some_requests_are_about_attachments() -> None:
    dice = Random(3)
    made = [requests.case(dice, "c").raw for _ in range(800)]
    for wanted in (b"action=attachment-add", b"rid=", b"@MANAGED@", b"ATTACH;MANAGED-ID", b"<D:acl "):
        assert any(wanted in raw for raw in made), wanted
