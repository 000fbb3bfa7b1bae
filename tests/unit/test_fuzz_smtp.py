"""The fuzzer of the mail door finds the faults that it searches for, and its sessions reach the server's code."""

from random import Random

import pytest

from fuzz.smtp.corpus import CORPUS
from fuzz.smtp.costs import read
from fuzz.smtp.judge import accepted, complaint
from fuzz.smtp.mails import MOST, mail
from fuzz.smtp.sessions import Session, session
from fuzz.smtp.talk import Talk

VALID = Session([(b"NOOP\r\n", 1, True)], [(b"one", ["ann@example.com"]), (b"two", ["ann@example.com"])])
OK = b"250 OK\r\n"


@pytest.mark.parametrize(
    ("talk", "said"),
    [
        (Talk([OK], torn=b"Traceback"), "this is no reply"),
        (Talk([b"451 4.3.0 Try again later\r\n"]), "an error of the server's own"),
        (Talk([OK], silent=True), "no reply"),
        (Talk([OK], slowest=9.0), "it took 9.0 s"),
        (Talk([OK], ended=True), "a valid session was cut"),
        (Talk([b"421 4.3.2 Too many connections\r\n"], ended=True), ""),
        (Talk([b"554 5.6.0 More than 250 parts\r\n"]), ""),
        (Talk([OK]), ""),
    ],
)
def test_a_bad_reply_is_named(talk: Talk, said: str) -> None:
    found = complaint(VALID, talk, 5.0)
    assert found.startswith(said)
    assert bool(found) is bool(said)


def test_the_reply_after_354_accepts_a_mail_or_refuses_it() -> None:
    data = b"354 End data\r\n"
    assert accepted(VALID, Talk([OK, data, OK, OK, data, b"554 5.6.0 x\r\n"])) == VALID.mails[:1]
    assert accepted(VALID, Talk([OK, data, b"552 5.3.4 x\r\n", OK, data, OK])) == VALID.mails[1:]


def test_valid_sessions_say_what_they_mean() -> None:
    dice, found = Random(1), 0
    for number in range(200):
        text = mail(dice, str(number), ["uid@example.com"])
        assert len(text) <= MOST
        one = session(dice, [text], ["ann@example.com"])
        if one.mails:
            found += 1
            content = one.raw.partition(b"DATA\r\n")[2].removesuffix(b"\r\n.\r\nQUIT\r\n")
            assert content.replace(b"\r\n.", b"\r\n").removeprefix(b"." if text[:1] == b"." else b"") == text
    assert found > 50


@pytest.mark.parametrize("name", CORPUS)
def test_every_mail_of_the_corpus_has_a_result(name: str) -> None:
    result, _ = read(CORPUS[name]())
    assert result


def test_most_mails_of_the_grammar_are_read_and_some_have_a_calendar() -> None:
    dice = Random(2)
    results = [read(mail(dice, str(number), ["uid@example.com"]))[0] for number in range(200)]
    refused = [result for result in results if result.startswith("55")]
    assert 5 < len(refused) < 100
    assert sum(not result.startswith(("55", "no calendar")) for result in results) > 30
