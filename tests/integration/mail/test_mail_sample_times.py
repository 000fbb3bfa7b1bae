"""The time of the stored copy is the one that the sample means (SPEC B4), for real mails of many programs."""

import json
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, Final

import pytest

from samples.times import as_meant, start_of
from support.post import PostOffice
from support.town import Person, Town
from televent.adapters.email.incoming.find import calendar_part
from televent.adapters.email.reading.parts import parse_mail
from televent.ical.itip.message import Message
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.zones.tzid import tzid_of

SAMPLES = Path(__file__).parents[3] / ".." / "shared" / "imip"

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample mails are not beside this repository")

UNKNOWN_ZONES: Final = {"ics/google-request-bad-tz.ics": "BRT"}
"""Samples whose zone nobody knows."""


def mail_of(name: str) -> bytes:
    """A sample as a mail; a bare calendar is put into one."""
    data = (SAMPLES / name).read_bytes()
    if name.endswith(".eml"):
        return data
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = "zed@example.net", "somebody@televent.app", "Sync"
    mail["Message-ID"] = f"<{name.replace('/', '-')}@example.net>"
    mail.set_content("See the attached calendar.\n")
    mail.add_attachment(data, maintype="text", subtype="calendar", filename="invite.ics")
    return mail.as_bytes()


def expected() -> dict[str, list[dict[str, Any]]]:
    """The components of the calendar part that counts, by sample."""
    found = {}
    for name, sample in json.loads((SAMPLES / "expected.json").read_text()).items():
        place = sample.get("effective_part")
        if place is not None:
            part = sample["calendar_parts"][place]
            found[name] = [each for each in part.get("components", []) if each["type"] != "VTIMEZONE"]
    return found


def read(name: str) -> Message | None:
    found = calendar_part(parse_mail(mail_of(name)))
    return found.message if found is not None else None


def test_the_start_of_every_sample_is_read_as_it_is_meant() -> None:
    compared, wrong = 0, {}
    for name, wanted in expected().items():
        message = read(name)
        if message is None:
            continue
        parts = [each for each in message.parts.root.components() if each.name != "VTIMEZONE"]
        found = [start_of(each, message.parts.root) for each in parts]
        starts = [each["dtstart"] for each in wanted]
        compared += len(starts)
        if found != starts and not (len(starts) == len(found) == 1 and as_meant(name, starts[0], found[0])):
            wrong[name] = (starts, found)
    assert wrong == {}
    assert compared >= 110


def test_the_time_of_the_stored_copy_is_that_of_the_sample(town: Town, post: PostOffice) -> None:
    stored, wrong = 0, {}
    for number, (name, wanted) in enumerate(expected().items()):
        person = town.person(f"p{number}")
        verdict = post.take(mail_of(name), person.address)
        if not verdict.reason.startswith("REQUEST new"):
            continue
        stored += 1
        copy = CalendarText(person.text(wanted[0]["uid"].strip()))
        (master, *_) = [each for each in copy.tree.components() if each.name == wanted[0]["type"]]
        found = start_of(master, copy.tree)
        if not as_meant(name, wanted[0]["dtstart"], found):
            wrong[name] = (wanted[0]["dtstart"], found)
        zones = {tzid_of(each) for each in copy.tree.components("VTIMEZONE")}
        named = {line.param("TZID") for each in copy.tree.components() for line in each.properties} - {None}
        assert named - zones <= set(UNKNOWN_ZONES.values()), name
    assert wrong == {}
    assert stored >= 50


@pytest.mark.parametrize(("name", "zone"), UNKNOWN_ZONES.items())
def test_a_zone_that_nobody_knows_is_told(town: Town, post: PostOffice, name: str, zone: str) -> None:
    ann: Person = town.person("ann")
    post.take(mail_of(name), ann.address)
    (uid,) = {each["uid"] for each in expected()[name]}
    master = ann.row(uid).text.reading.master
    assert master is not None
    assert master.unknown_zone == zone
