"""The people whom a guest brings along, and the note of an answer, reach the organizer (SPEC B6)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from support.post import PostOffice, itip_mail, message
from support.town import NOON, UID, Person, Town, meeting
from televent.adapters.email.meetings.organizer_mail import answers_mail
from televent.adapters.telegram.cards.answer_lines import answer_lines
from televent.application.use_cases.scheduling.cards import card_of
from televent.application.use_cases.scheduling.news import answers_of
from televent.wording.display import Display

ZED = "zed@example.net"


@pytest.fixture
def ann(town: Town) -> Person:
    ann = town.person("ann")
    ann.put(meeting(people=(ZED,)))
    return ann


def reply(guests: str, *lines: str, minute: int = 0, partstat: str = "ACCEPTED") -> bytes:
    line = f"ATTENDEE;PARTSTAT={partstat};X-NUM-GUESTS={guests}:mailto:{ZED}"
    text = message("REPLY", line, *lines, uid=UID, stamp=f"20261121T13{minute:02}00Z")
    return itip_mail(text, message_id=f"{minute}@example.net")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "2 more people come along."), ("ru", "Вместе с ещё 2 людьми.")],
)
def test_the_organizer_reads_who_comes_along_and_why(
    town: Town, post: PostOffice, ann: Person, language: str, words: str
) -> None:
    post.take(reply("2", "COMMENT:With my team"), post.token(ann, ZED, UID))
    (answer,) = town.answers(ann)
    assert (answer.guests, answer.comment) == (2, "With my team")
    display = Display(ZoneInfo("UTC"), language, NOON)
    (line,) = answer_lines([answer], display)
    stream = ann.row().stream_id
    told = answers_of(town.core.backend, ann.tenant, stream, after=0)
    card = card_of(town.core.backend, ann.tenant, stream, now=NOON)
    assert card is not None
    mail = answers_mail(card, told, display)
    for text in (line, "\n".join(mail.lines)):
        assert words in text
        assert "With my team" in text


def test_another_number_is_told_and_the_same_answer_alone_is_not(town: Town, post: PostOffice, ann: Person) -> None:
    for number, minute in (("0", 0), ("3", 5), ("0", 10)):
        town.now += timedelta(minutes=1)
        post.take(reply(number, minute=minute), post.token(ann, ZED, UID))
    assert [each.guests for each in town.answers(ann)] == [0, 3]


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "9" * 40, "٣", '""'])
def test_a_number_that_is_none_is_nobody(town: Town, post: PostOffice, ann: Person, number: str) -> None:
    verdict = post.take(reply(number), post.token(ann, ZED, UID))
    assert verdict.state == "applied"
    assert [each.guests for each in town.answers(ann)] == [0]
