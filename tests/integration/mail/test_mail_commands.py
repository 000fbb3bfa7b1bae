"""``televent mail list|show|replay``: what came, whom it was trusted to be and why, what it changed."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from support.post import EDGE, PostOffice, itip_mail, message
from support.town import UID, Person, Town, meeting
from televent.adapters.email.doors.keys import mail_key
from televent.adapters.postgres.queues.mail.mail_listing import MailFilter, MailListing
from televent.application.use_cases.mail.settle_parked import settle_parked
from televent.cli import cli

ZED = "zed@example.net"
REPLY = message("REPLY", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}", uid=UID)

Run = Callable[..., Result]


@pytest.fixture
def run(town: Town, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the town's database."""
    monkeypatch.setenv("DATABASE_URL", town.url)
    monkeypatch.setenv("MAIL_AUTHSERV_ID", EDGE)
    return lambda *words: CliRunner().invoke(cli, ["mail", *words])


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


def taken(post: PostOffice, raw: bytes, recipient: str) -> str:
    """Processes a mail; returns its key."""
    post.take(raw, recipient)
    return mail_key(raw, [recipient])


def listed(run: Run, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("list", "--json", *words).output)
    return found


def test_stored_mails_are_listed_and_filtered(post: PostOffice, ann: Person, run: Run) -> None:
    assert "There is no such mail." in run("list").output
    ann.put(meeting(people=(ZED,)))
    applied = taken(post, itip_mail(REPLY), post.token(ann, ZED, UID))
    ignored = taken(post, b"From: eve@example.org\r\n\r\nhello\r\n", ann.address)
    assert {each["key"]: each["state"] for each in listed(run)} == {applied: "applied", ignored: "ignored"}
    assert [each["key"] for each in listed(run, "--state", "ignored")] == [ignored]
    assert [each["key"] for each in listed(run, "--to", "ANN@example")] == [ignored]
    assert len(listed(run, "--from", ZED)) == 2
    assert listed(run, "--from", "nobody") == []
    assert len(listed(run, "--days", "36500", "--limit", "1")) == 1
    lines = run("list", "--state", "applied").output
    assert applied[:16] in lines
    assert "REPLY T3" in lines


def test_since_when(town: Town, post: PostOffice, ann: Person) -> None:
    taken(post, b"From: eve@example.org\r\n\r\nhello\r\n", ann.address)
    listing = MailListing(town.core.pool)
    assert len(listing.listed(MailFilter(since=town.now), 10)) == 1
    assert listing.listed(MailFilter(since=town.now + timedelta(seconds=1)), 10) == []


def test_a_mail_that_changed_something(town: Town, post: PostOffice, ann: Person, run: Run) -> None:
    ann.put(meeting(people=(ZED,)))
    key = taken(post, itip_mail(REPLY, proven=True), post.token(ann, ZED, UID))
    shown = run("show", key[:8]).output
    for told in ("REPLY sync@example.com", "applied: REPLY T3", f"proven: {EDGE}", f"of {ZED} for {UID}", "rsvp-given"):
        assert told in shown, told
    value = json.loads(run("show", key, "--json").output)
    assert (value["state"], value["from"]) == ("applied: REPLY T3", ZED)
    assert any(each["what"].startswith("rsvp-given/") for each in value["changed"])


def test_a_mail_that_changed_nothing_and_why(
    post: PostOffice, ann: Person, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann.put(meeting(people=(ZED,)))
    key = taken(post, itip_mail(REPLY), ann.address)
    shown = run("show", key).output
    assert f"no result of {EDGE} says that example.net sent it" in shown
    assert "parked" in shown
    monkeypatch.delenv("MAIL_AUTHSERV_ID")
    assert "the mail has no DKIM signature of example.net that holds" in run("show", key).output


def test_a_strangers_control_characters_do_not_reach_the_terminal(post: PostOffice, ann: Person, run: Run) -> None:
    key = taken(post, b"From: eve@example.org\r\nSubject: \x1b[2J\r\n\r\nhe\x07llo\r\n", ann.address)
    raw = run("show", "--raw", key).output
    assert "Subject: \\x1b[2J" in raw
    assert "\x07" not in raw
    assert "no calendar in it" in run("show", key).output


@pytest.mark.parametrize("key", ["", "abc", "f" * 64, "zz zz zz", "%%%%%%%%"])
def test_a_key_that_names_no_mail(run: Run, key: str) -> None:
    found = run("show", key)
    assert found.exit_code != 0
    assert "There is no one mail" in str(found.exception)


def test_a_mail_is_applied_again_once_it_can_be(town: Town, post: PostOffice, ann: Person, run: Run) -> None:
    """The answer came before the meeting was there. Later its replay counts, and a second one changes nothing."""
    token = post.token(ann, ZED, UID)
    key = taken(post, itip_mail(REPLY), token)
    assert [each["state"] for each in listed(run)] == ["ignored"]
    ann.put(meeting(people=(ZED,)))
    (done,) = json.loads(run("replay", "--json", key[:10]).stdout)
    assert (done["state"], done["result"]) == ("applied", "REPLY T3")
    assert ann.says(ZED) == "ACCEPTED"
    facts = len(town.topics(ann))
    again = run("replay", key)
    assert "nothing more to change" in again.output
    assert [each["state"] for each in listed(run)] == ["applied"]
    assert len(town.topics(ann)) == facts


def test_many_mails_are_replayed_in_their_order(town: Town, post: PostOffice, ann: Person, run: Run) -> None:
    token = post.token(ann, ZED, UID)
    for number, partstat in enumerate(("ACCEPTED", "DECLINED")):
        stamp = f"20261121T13{number}000Z"
        text = message("REPLY", f"ATTENDEE;PARTSTAT={partstat}:mailto:{ZED}", uid=UID, stamp=stamp)
        taken(post, itip_mail(text, message_id=f"{number}@example.net"), token)
        town.now += timedelta(seconds=1)
    ann.put(meeting(people=(ZED,)))
    done = json.loads(run("replay", "--state", "ignored", "--json").stdout)
    assert [each["state"] for each in done] == ["applied", "applied"]
    assert ann.says(ZED) == "DECLINED"
    assert "There is no such mail." in run("replay", "--state", "failed").output


def test_a_mail_that_is_being_processed_is_left_alone(town: Town, ann: Person, run: Run) -> None:
    raw = b"From: eve@example.org\r\n\r\nhello\r\n"
    key, later = mail_key(raw, [ann.address]), town.now + timedelta(days=36500)
    assert town.core.mail_book.keep(key, ZED, [ann.address], raw, later)
    assert town.core.mail_book.claim(later, again=False) is not None
    assert "it is being processed" in run("replay", key).output


def test_what_to_replay_must_be_said(run: Run) -> None:
    for words in ((), ("abcdef", "--state", "failed")):
        assert run("replay", *words).exit_code == 2


def test_the_decision_of_a_person_is_listed(town: Town, post: PostOffice, ann: Person, run: Run) -> None:
    ann.put(meeting(people=(ZED,)))
    key = taken(post, itip_mail(REPLY), ann.address)
    (card,) = {UUID(each["card_id"]) for each in town.owed("parked_notification")}
    settle_parked(town.core.backend, ann.context(), card, "apply", "")
    assert ann.says(ZED) == "ACCEPTED"
    (mail,) = (each for each in listed(run) if each["key"] == key)
    assert (mail["state"], mail["decided"]) == ("parked", "a person applied it")
    assert "a person applied it" in run("list").output
    assert "a person applied it" in run("show", key).output
