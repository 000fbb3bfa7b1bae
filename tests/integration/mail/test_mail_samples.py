"""Mails as real programs wrote them: each is understood or set aside, and none breaks anything."""

from pathlib import Path
from random import Random

import pytest

from support.post import PostOffice
from support.town import Person, Town

SAMPLES = Path(__file__).parents[3] / ".." / "shared" / "imip" / "eml"

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample mails are not beside this repository")

NO_CALENDAR = {"calendar-in-part-headers", "tnef-plain-note-wild"}
REPORTS = {"zimbra-dsn-bounce"}
OFFERED = {
    "apple-ccs-reply-noattendee",
    "meetup-publish",
    "publish-mixed-case-type",
    "rspamd-html-calendar",
    "zoom-minimal-attachment",
}
"""They invite nobody, or have no UID: the person may import them."""


def take(post: PostOffice, person: Person, raw: bytes) -> tuple[str, str]:
    """Processes a mail as the listener does after it has stored it."""
    verdict = post.take(raw, person.address)
    return verdict.state, verdict.reason


def test_every_sample_ends_settled(town: Town, post: PostOffice) -> None:
    found: dict[str, tuple[str, str]] = {}
    for sample in sorted(SAMPLES.glob("*.eml")):
        # Each mail goes to its own account: some are about the same meeting.
        found[sample.stem] = take(post, town.person(f"p{len(found)}"), sample.read_bytes())
    assert len(found) == 52
    assert {state for state, _ in found.values()} == {"applied", "ignored", "parked"}
    assert {name for name, (_, reason) in found.items() if "offered" in reason} == OFFERED
    assert "received" not in {state for state, _ in post.verdicts()}
    assert {name for name, (_, reason) in found.items() if reason == "no calendar in it"} == NO_CALENDAR
    assert {name for name, (_, reason) in found.items() if "report" in reason} == REPORTS
    wrong = {
        name: verdict
        for name, verdict in found.items()
        if ("request" in name and name not in NO_CALENDAR and verdict != ("applied", "REQUEST new"))
    }
    assert wrong == {"tnef-meeting-request": ("applied", "REQUEST new; read from winmail.dat")}


def test_every_sample_twice_changes_nothing_more(town: Town, post: PostOffice) -> None:
    samples = sorted(SAMPLES.glob("*.eml"))
    people = {sample.stem: town.person(f"p{number}") for number, sample in enumerate(samples)}
    for sample in samples:
        take(post, people[sample.stem], sample.read_bytes())
    owed = town.owed()
    for sample in samples:
        state, reason = take(post, people[sample.stem], sample.read_bytes())
        assert state == "ignored" or "offered" in reason, sample.stem
    assert town.owed() == owed


@pytest.mark.parametrize("seed", range(3))
def test_broken_samples_end_settled(town: Town, post: PostOffice, seed: int) -> None:
    chance = Random(seed)
    person = town.person("ann")
    for sample in sorted(SAMPLES.glob("*.eml")):
        raw = bytearray(sample.read_bytes())
        for _ in range(chance.randrange(1, 20)):
            place = chance.randrange(len(raw))
            match chance.randrange(4):
                case 0:
                    raw[place] = chance.randrange(256)
                case 1:
                    del raw[place : place + chance.randrange(1, 200)]
                case 2:
                    raw[place:place] = raw[place : place + chance.randrange(1, 200)]
                case _:
                    raw[place:place] = chance.choice([b"\0", b"\r\n", b"\n\n", b"=?", b";", b'"', b"\xff\xfe", b"@"])
        state, reason = take(post, person, bytes(raw))
        assert state in ("applied", "ignored", "parked"), (sample.name, reason)
