"""The mail page with mails of real programs: each is shown, and answered or refused with a reason."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from televent.adapters.sandbox.mail.answer import CannotAnswer, compose_answer
from televent.adapters.sandbox.mail.reading import whole
from televent.adapters.sandbox.mail.store import Mail
from televent.ical.text.tree import parse

SAMPLES = Path(__file__).parents[4] / "shared" / "imip" / "eml"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the sample mails are not at {SAMPLES}")


def caught(content: bytes) -> Mail:
    return Mail(1, "ann@example.com", ("bob@example.com",), 0.0, content)


def test_every_sample_is_shown_and_every_request_answered_by_one_attendee() -> None:
    answered = 0
    for path in sorted(SAMPLES.glob("*.eml")):
        mail = caught(path.read_bytes())
        shown = whole(mail)
        try:
            answer = compose_answer(mail, "TENTATIVE", NOW)
        except CannotAnswer:
            continue
        answered += 1
        assert shown["method"] == "REQUEST", path.name
        for event in parse(answer.calendar).components("VEVENT"):
            assert [line.param("PARTSTAT") for line in event.all("ATTENDEE")] == ["TENTATIVE"], path.name
            # One sample folds its UID with two blanks, and it is not clear how many belong to the value.
            assert "".join((event.value("UID") or "").split()) == "".join(str(shown["uid"]).split()), path.name
        assert whole(caught(answer.content))["method"] == "REPLY", path.name
    assert answered > 20


def test_damaged_mails_are_shown_or_refused_and_never_a_fault() -> None:
    chance = random.Random(5545)
    samples = [path.read_bytes() for path in sorted(SAMPLES.glob("*.eml")) if path.stat().st_size < 60_000]
    refused = 0
    for _ in range(300):
        damaged = bytearray(chance.choice(samples))
        for _ in range(chance.randint(1, 30)):
            damaged[chance.randrange(len(damaged))] = chance.choice(b'\r\n\x00\xff"=;:<>@,()[]?_ ab')
        mail = caught(bytes(damaged))
        assert whole(mail)["id"] == 1
        try:
            compose_answer(mail, "ACCEPTED", NOW)
        except CannotAnswer:
            refused += 1
    assert 0 < refused < 300
