"""Forged mails, over a real socket: none changes a calendar, or tells somebody that it did (SPEC B5)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from support.post import EDGE, PostOffice, itip_mail, message, open_post_office
from support.signing import Zone, rsa_key, sealed, signed
from support.town import UID, Person, Town, meeting

ZED, YAN, EVE, OUT = "zed@example.net", "yan@example.net", "eve@example.org", "out@example.net"
PASS = f"{EDGE}; dmarc=pass header.from=example.net"
EVES = f"{EDGE}; dmarc=pass header.from=example.org"


@dataclass
class Target:
    """Ann: she organizes a meeting with Zed and Yan, and was invited by Zed to another one."""

    town: Town
    post: PostOffice
    ann: Person

    def sent(self, raw: bytes, to: str | None = None, sender: str = EVE) -> None:
        """A mail to Ann, or to another address of hers."""
        self.post.send(raw, to or self.ann.address, sender=sender)

    @property
    def state(self) -> tuple[object, ...]:
        """All that a forged mail must not change: the calendar, and what is sent to others."""
        told = [each for each in self.town.owed() if each["kind"].startswith(("calendar_", "invite", "rsvp", "itip"))]
        return self.ann.text(), self.ann.text(OUT), len(told), len(self.town.core.reads.company(self.ann.tenant))


def reply(who: str = ZED, partstat: str = "DECLINED", **fields: object) -> str:
    return message("REPLY", f"ATTENDEE;PARTSTAT={partstat}:mailto:{who}", uid=UID, stamp="20261121T150000Z")


def asked(
    *lines: str, method: str = "REQUEST", sequence: int = 0, by: str = f"ORGANIZER;CN=Zed:mailto:{ZED}", uid: str = OUT
) -> str:
    people = (by, "ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:ann@example.com")
    return message(method, *people, *lines, uid=uid, sequence=sequence, stamp=f"20261121T1{3 + sequence}0000Z")


OFF = asked("STATUS:CANCELLED", method="CANCEL", sequence=3)
MOVED = asked("LOCATION:Room 2", sequence=2)


def mail(text: str, *results: str, sender: str = ZED, **headers: str) -> bytes:
    lines = [("Authentication-Results", each) for each in results]
    lines += [(name.replace("_", "-"), value) for name, value in headers.items()]
    return itip_mail(text, sender=sender, headers=lines, message_id="forged@example.org")


def twice_from(text: str) -> bytes:
    return f"From: {EVE}\r\n".encode() + mail(text, EVES)


AT_THE_EDGE: dict[str, Callable[[Target], None]] = {
    "From names the attendee": lambda it: it.sent(mail(reply())),
    "From names the organizer, who cancels": lambda it: it.sent(mail(OFF)),
    "From names the organizer, who moves": lambda it: it.sent(mail(MOVED)),
    "Sender names the organizer": lambda it: it.sent(mail(OFF, EVES, sender=EVE, Sender=ZED)),
    "Reply-To names the organizer": lambda it: it.sent(mail(OFF, EVES, sender=EVE, Reply_To=ZED)),
    "Reply-To names the attendee": lambda it: it.sent(mail(reply(), EVES, sender=EVE, Reply_To=ZED)),
    "Google's Sender without Google's signature": lambda it: it.sent(
        mail(reply(), EVES, sender=EVE, Sender="calendar-notification@google.com", Reply_To=ZED)
    ),
    "the display name is an address": lambda it: it.sent(mail(reply(), EVES, sender=f'"{ZED}" <{EVE}>')),
    "the organizer's name before another address": lambda it: it.sent(mail(OFF, EVES, sender=f"Zed <{EVE}>")),
    "two addresses in From": lambda it: it.sent(mail(reply(), PASS, sender=f"{EVE}, {ZED}")),
    "a second From": lambda it: it.sent(twice_from(reply())),
    "results of a foreign server": lambda it: it.sent(
        mail(OFF, "mx.google.com; dmarc=pass header.from=example.net; dkim=pass header.d=example.net")
    ),
    "results with our id in quotes": lambda it: it.sent(mail(OFF, f'"{EDGE}"; dmarc=pass header.from=example.net')),
    "results with our id behind a comment": lambda it: it.sent(
        mail(OFF, f"(x) {EDGE}; dmarc=pass header.from=example.net")
    ),
    "our own server says fail": lambda it: it.sent(mail(OFF, f"{EDGE}; dmarc=fail header.from=example.net")),
    "our own server says fail and a forged line pass": lambda it: it.sent(
        mail(OFF, f"{EDGE}; dmarc=fail header.from=example.net", PASS)
    ),
    "the pass is for another domain": lambda it: it.sent(mail(OFF, f"{EDGE}; dmarc=pass header.from=example.org")),
    "a signature of another domain": lambda it: it.sent(mail(OFF, f"{EDGE}; dkim=pass header.d=example.org")),
    "a domain that only looks alike": lambda it: it.sent(
        mail(OFF, f"{EDGE}; dmarc=pass header.from=xexample.net", sender="zed@xexample.net")
    ),
    "another guest answers for the attendee": lambda it: it.sent(mail(reply(), PASS, sender=YAN)),
    "another guest's token": lambda it: it.sent(mail(reply(), sender=YAN), it.post.token(it.ann, YAN, UID)),
    "a token of another meeting": lambda it: it.sent(mail(reply()), it.post.token(it.ann, ZED, "other@example.com")),
    "a guest cancels the meeting": lambda it: it.sent(
        mail(asked("STATUS:CANCELLED", method="CANCEL", sequence=9, uid=UID), PASS)
    ),
    "a guest cancels with the organizer's name": lambda it: it.sent(
        mail(
            asked("STATUS:CANCELLED", method="CANCEL", sequence=9, uid=UID, by="ORGANIZER:mailto:ann@example.com"), PASS
        )
    ),
    "a guest moves the meeting": lambda it: it.sent(mail(asked("LOCATION:Room 2", sequence=9, uid=UID), PASS)),
    "SENT-BY names the sender for the first time": lambda it: it.sent(
        mail(asked("LOCATION:X", sequence=2, by=f'ORGANIZER;SENT-BY="mailto:{EVE}":mailto:{ZED}'), EVES, sender=EVE)
    ),
    "another organizer takes the UID": lambda it: it.sent(
        mail(asked("LOCATION:X", sequence=2, by=f"ORGANIZER:mailto:{EVE}"), EVES, sender=EVE)
    ),
    "the organizer is one of us": lambda it: it.sent(
        mail(asked(by="ORGANIZER:mailto:rsvp+0@televent.app", uid="new@example.net"), PASS)
    ),
    "an internal address": lambda it: it.sent(
        mail(asked(by="ORGANIZER:mailto:tg_1@televent.internal", uid="new@example.net"), PASS)
    ),
    "COUNTER in the attendee's name": lambda it: it.sent(
        mail(
            message("COUNTER", f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{ZED}", uid=UID, stamp="20261121T150000Z"),
            EVES,
            sender=EVE,
        )
    ),
}


@pytest.fixture
def target(town: Town) -> Iterator[Target]:
    with open_post_office(town) as post:
        yield prepared(town, post, itip_mail(asked(), proven=True, message_id="first@example.net"))


def prepared(town: Town, post: PostOffice, first: bytes) -> Target:
    ann = town.person("ann")
    ann.put(meeting(people=(ZED, YAN)))
    post.send(first, ann.address)
    assert post.verdicts() == [("applied", "REQUEST new")]
    return Target(town, post, ann)


@pytest.mark.parametrize("forgery", AT_THE_EDGE)
def test_a_forgery_behind_our_mail_server_changes_nothing(target: Target, forgery: str) -> None:
    before = target.state
    AT_THE_EDGE[forgery](target)
    assert "applied" not in [state for state, reason in target.post.verdicts() if reason != "REQUEST new"]
    assert target.state == before


def test_a_replayed_answer_changes_nothing(target: Target) -> None:
    """A token that was used is no ticket for older answers."""
    address = target.post.token(target.ann, ZED, UID)
    first = message("REPLY", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}", uid=UID, stamp="20261121T130000Z")
    second = message("REPLY", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ZED}", uid=UID, stamp="20261121T140000Z")
    target.sent(itip_mail(first, message_id="a@example.net"), address)
    target.sent(itip_mail(second, message_id="b@example.net"), address)
    before = target.state
    target.sent(itip_mail(first, message_id="c@example.org"), address)
    target.sent(b"Received: from a by b\r\n" + itip_mail(first, message_id="a@example.net"), address)
    assert target.state == before
    assert target.ann.says(ZED) == "DECLINED"


ZEDS, EVES_KEY = rsa_key(2048, 0), rsa_key(2048, 1)


def again(raw: bytes, old: bytes, new: bytes) -> bytes:
    """The signed mail with something replaced below its signature."""
    assert old in raw
    return raw.replace(old, new)


OURSELVES: dict[str, Callable[[], bytes]] = {
    "no signature": lambda: mail(OFF),
    "a signature of the forger's domain": lambda: signed(mail(OFF), "example.org", key=EVES_KEY),
    "the organizer's domain with the forger's key": lambda: signed(mail(OFF), "example.net", key=EVES_KEY),
    "a selector that does not exist": lambda: signed(mail(OFF), "example.net", key=EVES_KEY, selector="none"),
    "another author under a good signature": lambda: again(
        signed(mail(OFF, sender=EVE), "example.org", key=EVES_KEY), b"From: eve@example.org", b"From: zed@example.net"
    ),
    "a signature of the list of nobody": lambda: sealed(
        mail(OFF), "lists.example.org", "dmarc=pass header.from=example.net", key=EVES_KEY
    ),
    "results that the mail brings": lambda: mail(OFF, PASS),
    "a second From above a signed one": lambda: (
        f"From: {ZED}\r\n".encode() + signed(mail(OFF, sender=EVE), "example.org", key=EVES_KEY)
    ),
    "a body that was changed": lambda: again(
        signed(mail(OFF), "example.net", key=ZEDS), b"See the attached", b"See my attached"
    ),
    "a part of the body": lambda: signed(mail(OFF), "example.net", key=ZEDS, length=True) + b"more\r\n",
}


def test_a_signed_mail_that_nobody_changed_counts_where_we_verify(town: Town) -> None:
    zone = Zone()
    zone.publish("example.net", ZEDS)
    with open_post_office(town, zone=zone) as post:
        first = signed(itip_mail(asked(), message_id="first@example.net"), "example.net", key=ZEDS)
        target = prepared(town, post, first)
        target.sent(signed(mail(OFF), "example.net", key=ZEDS, length=True))
        assert b"STATUS:CANCELLED" in target.ann.text(OUT)


@pytest.mark.parametrize("forgery", OURSELVES)
def test_a_forgery_where_we_verify_changes_nothing(town: Town, forgery: str) -> None:
    zone = Zone()
    zone.publish("example.net", ZEDS)
    zone.publish("example.org", EVES_KEY)
    zone.publish("lists.example.org", EVES_KEY)
    with open_post_office(town, zone=zone) as post:
        first = signed(itip_mail(asked(), message_id="first@example.net"), "example.net", key=ZEDS)
        target = prepared(town, post, first)
        before = target.state
        target.sent(OURSELVES[forgery]())
        assert sorted(state for state, _ in post.verdicts()) == ["applied", "parked"]
        assert target.state == before


def test_the_same_mails_count_where_they_are_proven(target: Target) -> None:
    """Otherwise the tests above would pass where nothing works."""
    target.sent(mail(MOVED, PASS))
    assert b"LOCATION:Room 2" in target.ann.text(OUT)
    target.sent(mail(OFF, PASS).replace(b"forged@", b"real@"))
    assert b"STATUS:CANCELLED" in target.ann.text(OUT)
    target.sent(mail(reply(), PASS).replace(b"forged@", b"answer@"))
    assert target.ann.says(ZED) == "DECLINED"
