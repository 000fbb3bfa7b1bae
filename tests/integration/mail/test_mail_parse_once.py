"""No text is parsed twice while a mail is applied, also for many recipients."""

import pytest

from support.parses import counted_parses
from support.post import PostOffice, itip_mail, message
from support.town import UID, Person, Town, meeting

ZED = "zed@example.net"


@pytest.fixture
def ann(town: Town) -> Person:
    """Ann, with a meeting to which she invited Zed, who has no account here."""
    ann = town.person("ann")
    ann.put(meeting(people=(ZED,)))
    return ann


def test_a_reply_is_read_once_and_so_is_the_copy(town: Town, post: PostOffice, ann: Person) -> None:
    token, reply = post.token(ann, ZED, UID), message("REPLY", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}", uid=UID)
    with counted_parses() as parses, parses.request(most=2):
        post.send(itip_mail(reply, method="REPLY"), token)
    assert post.verdicts() == [("applied", "REPLY T3")]
    assert ann.says(ZED) == "ACCEPTED"


def test_a_reply_of_which_one_line_counts_is_cut_without_another_parse(
    town: Town, post: PostOffice, ann: Person
) -> None:
    lines = (f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}", "ATTENDEE;PARTSTAT=DECLINED:mailto:yan@example.net")
    token = post.token(ann, ZED, UID)
    with counted_parses() as parses, parses.request(most=2):
        post.send(itip_mail(message("REPLY", *lines, uid=UID), method="REPLY"), token)
    assert ann.says(ZED) == "ACCEPTED"


def test_an_invitation_for_two_is_read_once(town: Town, post: PostOffice) -> None:
    people = [town.person("bob"), town.person("cy")]
    addresses = []
    for person in people:
        account = town.core.reads.account(person.tenant)
        assert account is not None
        addresses.append(f"{account.telegram_id}@televent.app")
    asked = [f"ATTENDEE:mailto:{person.address}" for person in people]
    request = message("REQUEST", f"ORGANIZER:mailto:{ZED}", *asked, uid="theirs@example.net")
    with counted_parses() as parses, parses.request(most=1):
        post.send(itip_mail(request, method="REQUEST"), *addresses)
    assert all("BEGIN:VEVENT" in person.text("theirs@example.net").decode() for person in people)


def test_a_mail_that_nobody_proves_is_read_once(town: Town, post: PostOffice, ann: Person) -> None:
    account = town.core.reads.account(ann.tenant)
    assert account is not None
    reply = message("REPLY", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}", uid=UID)
    with counted_parses() as parses, parses.request(most=2):
        post.send(itip_mail(reply, method="REPLY"), f"{account.telegram_id}@televent.app")
    assert post.verdict() == "parked"
