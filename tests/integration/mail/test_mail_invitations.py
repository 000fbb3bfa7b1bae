"""Invitations from outside, over a real socket: they appear, and only their organizer may change them (SPEC B5, B6)."""

import pytest

from support.post import EDGE, PostOffice, itip_mail, message
from support.town import UID, Person, Town, meeting
from televent.application.use_cases.mail.settle_parked import Choice, settle_parked
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation

ZED, OUT = "zed@example.net", "out@example.net"


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


def asked(
    *lines: str, method: str = "REQUEST", organizer: str = f"mailto:{ZED}", sequence: int = 0, hour: int = 13
) -> str:
    people = (f"ORGANIZER;CN=Zed:{organizer}", "ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:bob@example.com")
    return message(method, *people, *lines, uid=OUT, sequence=sequence, stamp=f"20261121T{hour}0000Z")


def test_an_invitation_from_outside_is_in_the_calendar_and_the_chat(town: Town, post: PostOffice, bob: Person) -> None:
    post.send(itip_mail(asked(), sender="Zed <zed@example.net>", method="REQUEST"), bob.address)
    assert post.verdicts() == [("applied", "REQUEST new")]
    row = bob.row(OUT)
    assert b"PARTSTAT=NEEDS-ACTION" in bob.text(OUT)
    assert b"METHOD" not in bob.text(OUT)
    (notice,) = town.owed("invite_notification")
    assert (notice["what"], notice["stream_id"]) == ("invited", str(row.stream_id))
    assert town.news(bob, uid=OUT).organizer == "Zed (unverified)"


def test_an_invitation_from_a_proven_organizer_has_their_name(town: Town, post: PostOffice, bob: Person) -> None:
    headers = [("Authentication-Results", f"{EDGE}; dmarc=pass header.from=example.net")]
    post.send(itip_mail(asked(), sender="Zed <zed@example.net>", headers=headers), bob.address)
    assert town.news(bob, uid=OUT).organizer == "Zed"


def test_a_proven_sender_is_not_another_organizer(town: Town, post: PostOffice, bob: Person) -> None:
    post.send(itip_mail(asked(), sender="mallory@example.org", proven=True), bob.address)
    assert town.news(bob, uid=OUT).organizer == f"{ZED} (unverified)"


def test_an_answer_to_it_is_queued_for_the_organizer(town: Town, post: PostOffice, bob: Person) -> None:
    post.send(itip_mail(asked()), bob.address)
    answer_invitation(
        town.core.backend, bob.context(), stream_id=bob.row(OUT).stream_id, partstat="ACCEPTED", recurrence_id=None
    )
    (message,) = town.owed("calendar_reply")
    assert (message["recipient"], message["method"], message["uid"]) == (ZED, "REPLY", OUT)


def test_the_method_may_stand_in_the_mail_alone(post: PostOffice, bob: Person) -> None:
    text = asked().replace("METHOD:REQUEST\r\n", "")
    post.send(itip_mail(text, method="REQUEST"), bob.address)
    assert len(bob.rows(OUT)) == 1


def test_the_body_says_which_method_it_is(post: PostOffice, bob: Person) -> None:
    post.send(itip_mail(asked(), method="CANCEL"), bob.address)
    assert len(bob.rows(OUT)) == 1


def test_the_proven_organizer_changes_it_and_calls_it_off(town: Town, post: PostOffice, bob: Person) -> None:
    post.send(itip_mail(asked()), bob.address)
    later = asked("LOCATION:Room 2", sequence=1, hour=14).replace("T10", "T15").replace("T11", "T16")
    post.send(itip_mail(later, proven=True, message_id="two@example.net"), bob.address)
    assert b"DTSTART:20261201T150000Z" in bob.text(OUT)
    off = asked("STATUS:CANCELLED", method="CANCEL", sequence=2, hour=15)
    post.send(itip_mail(off, proven=True, message_id="three@example.net"), bob.address)
    assert b"STATUS:CANCELLED" in bob.text(OUT)
    assert sorted(each["what"] for each in town.owed("invite_notification")) == ["cancelled", "invited", "invited"]


def test_who_is_not_proven_changes_nothing_and_the_person_is_asked(town: Town, post: PostOffice, bob: Person) -> None:
    post.send(itip_mail(asked()), bob.address)
    before = bob.text(OUT)
    for number, (text, sender, proven) in enumerate(
        (
            (asked("LOCATION:Room 2", sequence=1, hour=14), ZED, False),
            (asked("STATUS:CANCELLED", method="CANCEL", sequence=2, hour=15), ZED, False),
            (asked("STATUS:CANCELLED", method="CANCEL", sequence=2, hour=15), "mallory@example.org", True),
        )
    ):
        mail = itip_mail(text, sender=sender, proven=proven, message_id=f"{number}@example.org")
        post.send(mail, bob.address, sender=sender)
    assert sorted(state for state, _ in post.verdicts()) == ["applied", "ignored", "parked", "parked"]
    assert bob.text(OUT) == before
    questions = town.asks(bob)
    assert {each.reason for each in questions} == {"request-unproven"}
    # Both are due at the same moment, so nothing orders them.
    asked_about = sorted((each.sender.address, each.changes[0].title) for each in questions)
    assert asked_about == [("mallory@example.org", "Sync"), (ZED, "Sync")]


def test_who_is_sent_by_the_organizer_may_change_it(post: PostOffice, bob: Person) -> None:
    by = asked().replace(";CN=Zed:", ';CN=Zed;SENT-BY="mailto:yan@example.net":')
    post.send(itip_mail(by), bob.address)
    later = by.replace("SEQUENCE:0", "SEQUENCE:1").replace("SUMMARY:Sync", "SUMMARY:Talk")
    mail = itip_mail(later, sender="yan@example.net", proven=True, message_id="two@example.net")
    post.send(mail, bob.address)
    assert b"SUMMARY:Talk" in bob.text(OUT)


def test_the_proven_sender_of_the_first_mail_may_change_it(post: PostOffice, bob: Person) -> None:
    """Google names a calendar as the organizer, from which no mail ever comes."""
    group = "mailto:abc@group.calendar.example.net"
    post.send(itip_mail(asked(organizer=group), proven=True), bob.address)
    later = asked("LOCATION:Room 2", organizer=group, sequence=1, hour=14)
    post.send(itip_mail(later, proven=True, message_id="two@example.net"), bob.address)
    assert b"LOCATION:Room 2" in bob.text(OUT)
    off = asked("STATUS:CANCELLED", method="CANCEL", organizer=group, sequence=2, hour=15)
    other = itip_mail(off, sender="mallory@example.net", proven=True, message_id="three@example.net")
    post.send(other, bob.address)
    assert b"STATUS:CANCELLED" not in bob.text(OUT)


@pytest.mark.parametrize(("choice", "proven"), [("apply", True), ("believe", True), ("believe", False)])
def test_a_sender_whose_first_mail_the_person_applied_may_change_it(
    town: Town, post: PostOffice, choice: Choice, proven: bool
) -> None:
    town.strangers = "ask"
    bob, group = town.person("bob"), "mailto:abc@group.calendar.example.net"
    post.send(itip_mail(asked(organizer=group), proven=proven), bob.address)
    (card,) = town.asks(bob)
    settle_parked(town.core.backend, bob.context(), card.card_id, choice, "Zed (unverified)")
    assert len(bob.rows(OUT)) == 1
    later = asked("LOCATION:Room 2", organizer=group, sequence=1, hour=14)
    post.send(itip_mail(later, proven=proven, message_id="two@example.net"), bob.address)
    assert b"LOCATION:Room 2" in bob.text(OUT)
    for sender in ("mallory@example.net", "mallory@example.org"):
        off = asked("STATUS:CANCELLED", method="CANCEL", organizer=group, sequence=2, hour=15)
        post.send(itip_mail(off, sender=sender, proven=True, message_id=sender), bob.address)
    assert b"STATUS:CANCELLED" not in bob.text(OUT)


def test_a_sender_who_was_not_proven_may_not_change_what_the_person_applied(town: Town, post: PostOffice) -> None:
    town.strangers = "ask"
    bob, group = town.person("bob"), "mailto:abc@group.calendar.example.net"
    post.send(itip_mail(asked(organizer=group)), bob.address)
    (card,) = town.asks(bob)
    settle_parked(town.core.backend, bob.context(), card.card_id, "apply", "Zed (unverified)")
    later = asked("LOCATION:Room 2", organizer=group, sequence=1, hour=14)
    post.send(itip_mail(later, proven=True, message_id="two@example.net"), bob.address)
    assert b"LOCATION" not in bob.text(OUT)


def test_who_only_claimed_to_have_sent_the_first_mail_may_not(post: PostOffice, bob: Person) -> None:
    group = "mailto:abc@group.calendar.example.net"
    post.send(itip_mail(asked(organizer=group)), bob.address)
    later = asked("LOCATION:Room 2", organizer=group, sequence=1, hour=14)
    post.send(itip_mail(later, proven=True, message_id="two@example.net"), bob.address)
    assert ("parked", "the sender is not proven") in post.verdicts()
    assert b"LOCATION" not in bob.text(OUT)


def test_ones_own_meeting_is_not_changed_by_mail(town: Town, post: PostOffice) -> None:
    ann = town.person("ann")
    ann.put(meeting(people=(ZED,)))
    before = ann.text()
    for method in ("REQUEST", "CANCEL", "ADD"):
        text = message(method, "ORGANIZER:mailto:ann@example.com", f"ATTENDEE:mailto:{ZED}", uid=UID, sequence=9)
        mail = itip_mail(text, sender="ann@example.com", proven=True, message_id=f"{method}@example.com")
        post.send(mail, ann.address)
    assert {reason for _, reason in post.verdicts()} == {"the event is this person's own"}
    assert ann.text() == before


def test_nobody_outside_organizes_in_our_name(post: PostOffice, bob: Person) -> None:
    for number, organizer in enumerate(("mailto:1001@televent.app", f"mailto:rsvp+{'0' * 32}@televent.app")):
        post.send(itip_mail(asked(organizer=organizer), message_id=f"{number}@example.net"), bob.address)
    post.send(itip_mail(asked(organizer="mailto:tg_1001@televent.internal")), bob.address)
    assert {reason for _, reason in post.verdicts()} == {"its organizer is here", "names internal addresses"}
    assert bob.rows(OUT) == []


def test_what_is_unknown_and_no_request_disturbs_nobody(town: Town, post: PostOffice, bob: Person) -> None:
    for method in ("CANCEL", "ADD", "DECLINECOUNTER"):
        post.send(itip_mail(asked(method=method), message_id=f"{method}@example.net"), bob.address)
    assert {state for state, _ in post.verdicts()} == {"ignored"}
    assert (bob.rows(OUT), town.owed()) == ([], [])


def test_an_old_request_does_not_bring_a_cancelled_meeting_back(post: PostOffice, bob: Person) -> None:
    post.send(itip_mail(asked()), bob.address)
    off = asked("STATUS:CANCELLED", method="CANCEL", sequence=2, hour=15)
    post.send(itip_mail(off, proven=True, message_id="two@example.net"), bob.address)
    late = asked("LOCATION:Room 2", sequence=1, hour=14)
    post.send(itip_mail(late, proven=True, message_id="three@example.net"), bob.address)
    assert ("ignored", "stale") in post.verdicts()
    assert b"STATUS:CANCELLED" in bob.text(OUT)


def test_who_was_invited_by_an_alias_sees_it(post: PostOffice, bob: Person) -> None:
    text = asked().replace("bob@example.com", "everybody@example.net")
    post.send(itip_mail(text), bob.address)
    assert len(bob.rows(OUT)) == 1
