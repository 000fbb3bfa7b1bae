"""A cancellation comes before its invitation, from an address that is not ORGANIZER (RFC 5546 §2.1.5, SPEC B5)."""

from datetime import timedelta

import pytest

from support.post import PostOffice, itip_mail, message, open_post_office
from support.town import Person, Town
from televent.application.use_cases.mail.settle_parked import settle_parked

ROBOT = "noreply@calendar.example.net"
"""Sends the mails of a calendar server, whose ORGANIZER is another address of it."""
OUT = "out@example.net"


def asked(number: int, *lines: str, method: str = "REQUEST", sender: str = ROBOT, proven: bool = True) -> bytes:
    people = ("ORGANIZER;CN=Zed:mailto:rsvp+1@calendar.example.net", "ATTENDEE;RSVP=TRUE:mailto:bob@example.com")
    text = message(method, *people, *lines, uid=OUT, sequence=number, stamp=f"20261121T13000{number}Z")
    return itip_mail(text, sender=sender, proven=proven, message_id=f"{method}-{number}-{sender}")


def off(number: int, *, sender: str = ROBOT, proven: bool = True) -> bytes:
    return asked(number, "STATUS:CANCELLED", method="CANCEL", sender=sender, proven=proven)


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


def test_an_invitation_that_was_called_off_does_not_come(town: Town, post: PostOffice, bob: Person) -> None:
    post.send(off(1), bob.address)
    assert bob.rows(OUT) == []
    post.send(asked(0), bob.address)
    assert bob.rows(OUT) == []
    reasons = sorted(reason for _, reason in post.verdicts())
    assert reasons == ["stale", "unknown-uid, kept for its invitation"]
    assert town.owed("invite_notification") == []
    post.send(asked(2), bob.address)
    assert len(bob.rows(OUT)) == 1
    assert len(town.owed("invite_notification")) == 1


@pytest.mark.parametrize(
    ("sender", "proven"), [("mallory@example.org", True), ("mallory@calendar.example.net", True), (ROBOT, False)]
)
def test_nobody_else_keeps_an_invitation_away(post: PostOffice, bob: Person, sender: str, proven: bool) -> None:
    post.send(off(9, sender=sender, proven=proven), bob.address)
    post.send(asked(0), bob.address)
    assert len(bob.rows(OUT)) == 1


def test_an_unproven_invitation_is_not_called_off_by_an_early_mail(post: PostOffice, bob: Person) -> None:
    """Else a forged invitation would make an early mail of the named sender count."""
    post.send(off(1), bob.address)
    post.send(asked(0, proven=False), bob.address)
    assert len(bob.rows(OUT)) == 1


def test_an_unknown_sender_s_mails_are_decided_about_together(town: Town) -> None:
    with open_post_office(town, strangers="ask") as post:
        bob = town.person("bob")
        post.send(off(1), bob.address)
        assert town.asks(bob) == []
        town.now += timedelta(minutes=1)
        post.send(asked(0), bob.address)
        (card,) = town.asks(bob)
        assert (card.state, card.waiting) == ("waiting", 2)
        settled = settle_parked(town.core.backend, bob.context(), card.card_id, "apply", "Zed")
        assert settled.result == "unchanged"
        assert bob.rows(OUT) == []


def test_early_mails_have_the_limit_of_unknown_senders(town: Town, post: PostOffice, bob: Person) -> None:
    verdicts = set()
    for number in range(21):
        text = message("CANCEL", "ORGANIZER:mailto:rsvp+1@calendar.example.net", uid=f"{number}@example.net")
        mail = itip_mail(text, sender=ROBOT, proven=True, message_id=f"{number}@example.org")
        verdicts.add(post.take(mail, bob.address).reason)
    assert verdicts == {"unknown-uid, kept for its invitation", "too many mails of an unknown sender"}
