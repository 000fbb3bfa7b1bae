"""A subject is read as it was written, by us and by others: RFC 2047, RFC 5322 §2.2.3."""

import email
import email.policy
import re
from collections.abc import Callable
from email.header import Header, decode_header, make_header
from email.message import EmailMessage
from random import Random

import pytest

from televent.adapters.email.outgoing import headers
from televent.adapters.email.reading.fields import unfolded
from televent.adapters.email.reading.words import shown

_TEXT = (
    "Плавающее время встреча о планах на осень Ö über naïve 会議 の 予定 😀 and plain words x y é я и в к "
    "Приглашение: 10:00-11:00 (Лондон, @ • q=1 _ ?"
)
WORDS = _TEXT.split()
WORD = re.compile(r"=\?utf-8\?b\?([^?]+)\?=")


def subjects(seed: int, count: int = 1000) -> list[str]:
    chance = Random(seed)
    return [" ".join(chance.choice(WORDS) for _ in range(chance.randrange(1, 40))) for _ in range(count)]


def sent(subject: str) -> bytes:
    return headers.field("Subject", headers.text(subject))


def test_a_thousand_subjects_of_ours_are_read_as_they_were_written() -> None:
    """By the two readers of the email package, and by ours."""
    for subject in subjects(1):
        raw = sent(subject)
        line = unfolded(raw.decode().partition(":")[2])
        wanted = headers.clean(subject)
        assert email.message_from_bytes(raw + b"\r\nx", policy=email.policy.default)["Subject"] == wanted
        assert str(make_header(decode_header(line.strip()))) == wanted
        assert shown(line.strip()) == wanted


def test_no_encoded_word_of_ours_begins_or_ends_with_a_space() -> None:
    for subject in subjects(2):
        # Many one-character words in a row may not fit into one encoded-word.
        longer = " ".join(word for word in subject.split() if len(word) > 1)
        for found in WORD.findall(sent(longer).decode()):
            text = str(make_header(decode_header(f"=?utf-8?b?{found}?=")))
            assert text == text.strip(), (subject, text)


def by_python(subject: str) -> str:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["Subject"] = subject
    return mail.as_bytes().partition(b"\r\n\r\n")[0].decode().partition(":")[2]


def by_header(subject: str) -> str:
    return Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")


def by_words(subject: str) -> str:
    """One encoded-word for each word of the text, the space inside."""
    return "\r\n ".join(Header(f"{word} ", "utf-8").encode() for word in subject.split())


def test_spaces_that_python_wrote_between_encoded_words_are_kept() -> None:
    """Its other fault cannot be mended by a reader: a space that became the fold itself is no part of the text."""
    lost = 0
    for subject in subjects(3):
        written = by_python(subject)
        if written.count("?=\r\n  =?") and "?=\r\n =?" not in written:
            assert shown(unfolded(written).strip()) == subject
        lost += shown(unfolded(written).strip()) != subject
    assert lost < 100


@pytest.mark.parametrize("write", [by_header, by_words])
def test_a_thousand_subjects_of_others_keep_their_spaces(write: Callable[[str], str]) -> None:
    for subject in subjects(3):
        assert shown(unfolded(write(subject)).strip()).strip() == subject


def test_a_space_between_encoded_words_is_no_part_of_the_text() -> None:
    assert shown("=?utf-8?b?0J/Qu9Cw?= =?utf-8?b?0LLQsNGO?=") == "Плаваю"
    assert shown("=?utf-8?b?0J/Qu9Cw?=\t=?utf-8?b?0LLQsNGO?=") == "Плаваю"
    assert shown("=?utf-8?b?0J/Qu9Cw?=  =?utf-8?b?0LLQsNGO?=") == "Пла ваю"
