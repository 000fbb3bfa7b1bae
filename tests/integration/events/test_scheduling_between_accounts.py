"""A meeting among accounts here, from the PUT to each attendee's copy: RFC 6638 §3.2 and §4."""

from datetime import timedelta

import pytest

from support.town import NOON, Person, Town, meeting
from televent.application.messages.itip_local import ItipLocal

WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"
SECOND = "20261208T100000Z"
ALARM = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Soon", "TRIGGER:-PT15M", "END:VALARM")


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


@pytest.fixture
def cy(town: Town) -> Person:
    return town.person("cy")


EVERYONE = ("bob@example.com", "cy@example.com")


def with_alarm(text: bytes) -> bytes:
    return text.replace(b"END:VEVENT", "\r\n".join([*ALARM, "END:VEVENT"]).encode())


def test_who_is_invited_has_a_copy_before_the_put_is_answered(ann: Person, bob: Person) -> None:
    stored = ann.put(meeting(people=("bob@example.com",)))
    assert (bob.says(bob), bob.says(bob, name="RSVP")) == ("NEEDS-ACTION", "TRUE")
    assert ann.says(bob, name="SCHEDULE-STATUS") == "1.2"
    assert bob.says(bob, name="SCHEDULE-STATUS") is None
    # The server added SCHEDULE-STATUS to the client's text, so the client has to read it.
    assert (stored.etag, stored.schedule_tag) == (None, ann.row().schedule_tag)


def test_an_invitation_is_shown_in_the_chat_of_who_is_invited(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=("bob@example.com",)))
    (notice,) = town.owed("invite_notification")
    assert (notice["stream_id"], notice["what"]) == (str(bob.row().stream_id), "invited")
    news = town.news(bob)
    assert (news.organizer, news.made, news.asks, news.version) == ("Ann", True, True, notice["version"])


def test_an_answer_reaches_the_organizer_and_then_the_others(town: Town, ann: Person, bob: Person, cy: Person) -> None:
    ann.put(meeting(people=EVERYONE))
    tags = ann.row().schedule_tag, cy.row().schedule_tag, bob.row().schedule_tag
    etags = ann.row().etag, cy.row().etag
    bob.answer("ACCEPTED")
    assert (ann.says(bob), ann.says(bob, name="SCHEDULE-STATUS")) == ("ACCEPTED", "2.0")
    assert bob.organizer("SCHEDULE-STATUS") == "1.2"
    assert cy.says(bob) == "NEEDS-ACTION"
    town.carry()
    assert cy.says(bob) == "ACCEPTED"
    # RFC 6638 §3.2.10: answers change the text, but not the Schedule-Tag.
    assert (ann.row().schedule_tag, cy.row().schedule_tag, bob.row().schedule_tag) == tags
    assert ann.row().etag != etags[0]
    assert cy.row().etag != etags[1]


def test_the_same_answer_again_changes_nothing(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=("bob@example.com",)))
    assert not bob.answer("ACCEPTED").already
    before = ann.row().seq, bob.row().seq
    assert bob.answer("ACCEPTED").already
    town.carry()
    assert (ann.row().seq, bob.row().seq) == before


def test_another_time_asks_everybody_again(town: Town, ann: Person, bob: Person, cy: Person) -> None:
    ann.put(meeting(people=EVERYONE))
    bob.answer("ACCEPTED")
    town.carry()
    tag = bob.row().schedule_tag
    ann.put(meeting("DTSTART:20261201T120000Z", "DTEND:20261201T130000Z", people=EVERYONE))
    assert {who.says(bob) for who in (ann, bob, cy)} == {"NEEDS-ACTION"}
    assert b"DTSTART:20261201T120000Z" in bob.text()
    assert bob.row().schedule_tag != tag
    bob.answer("DECLINED")
    assert ann.says(bob) == "DECLINED"


def test_another_title_asks_nobody_again(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=("bob@example.com",)))
    bob.answer("ACCEPTED")
    tag = bob.row().schedule_tag
    ann.put(meeting("SUMMARY:Talk", people=("bob@example.com",)))
    assert b"SUMMARY:Talk" in bob.text()
    assert (ann.says(bob), bob.says(bob)) == ("ACCEPTED", "ACCEPTED")
    assert bob.row().schedule_tag != tag


def test_an_attendee_who_deletes_the_copy_declines(ann: Person, bob: Person) -> None:
    ann.put(meeting(people=("bob@example.com",)))
    bob.delete()
    assert ann.says(bob) == "DECLINED"
    assert bob.rows() == []


def test_an_attendee_may_delete_the_copy_without_a_reply(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=("bob@example.com",)))
    bob.delete(reply=False)
    assert ann.says(bob) == "NEEDS-ACTION"
    assert town.owed("itip_local") == []


def test_what_the_organizer_deletes_is_cancelled_for_all(town: Town, ann: Person, bob: Person, cy: Person) -> None:
    ann.put(meeting(people=EVERYONE))
    ann.delete()
    for guest in (bob, cy):
        assert b"STATUS:CANCELLED" in guest.text()
    told = sorted(notice["what"] for notice in town.owed("invite_notification"))
    assert told == ["cancelled", "cancelled", "invited", "invited"]


def test_who_is_removed_is_told_and_the_others_stay(ann: Person, bob: Person, cy: Person) -> None:
    ann.put(meeting(people=EVERYONE))
    ann.put(meeting(people=("cy@example.com",)))
    assert b"STATUS:CANCELLED" in bob.text()
    assert b"STATUS:CANCELLED" not in cy.text()
    assert b"bob@example.com" not in cy.text()


def test_an_answer_to_one_occurrence_is_one_to_that_occurrence(
    town: Town, ann: Person, bob: Person, cy: Person
) -> None:
    ann.put(meeting(WEEKLY, people=EVERYONE))
    tag = cy.row().schedule_tag
    bob.answer("DECLINED", SECOND)
    assert (ann.says(bob), ann.says(bob, SECOND)) == ("NEEDS-ACTION", "DECLINED")
    town.carry()
    assert (cy.says(bob), cy.says(bob, SECOND)) == ("NEEDS-ACTION", "DECLINED")
    assert cy.row().schedule_tag == tag


def test_an_answer_survives_a_put_of_a_client_that_had_not_seen_it(ann: Person, bob: Person) -> None:
    ann.put(meeting(WEEKLY, people=("bob@example.com",)))
    bob.answer("DECLINED", SECOND)
    bob.answer("ACCEPTED")
    ann.put(meeting(WEEKLY, "SUMMARY:Talk", people=("bob@example.com",)))
    assert (ann.says(bob), ann.says(bob, SECOND)) == ("ACCEPTED", "DECLINED")
    assert (bob.says(bob), bob.says(bob, SECOND)) == ("ACCEPTED", "DECLINED")


def test_an_occurrence_that_an_attendee_excludes_is_declined(ann: Person, bob: Person) -> None:
    ann.put(meeting(WEEKLY, people=("bob@example.com",)))
    bob.put(bob.text().replace(b"END:VEVENT", b"EXDATE:20261208T100000Z\r\nEND:VEVENT"), bob.row().href)
    assert (ann.says(bob), ann.says(bob, SECOND)) == ("NEEDS-ACTION", "DECLINED")


def test_a_client_that_schedules_by_itself_is_left_to_it(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=("ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:bob@example.com",)))
    assert bob.rows() == []
    ann.delete("m.ics")
    assert town.owed() == []


def test_nobody_answers_where_the_organizers_client_wants_to_hear_it_itself(town: Town, bob: Person) -> None:
    organizer = "ORGANIZER;SCHEDULE-AGENT=CLIENT:mailto:ann@example.com"
    bob.put(meeting(organizer=organizer, people=("ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.com",)))
    assert town.owed() == []


def test_an_attendees_alarm_outlives_the_organizers_change(ann: Person, bob: Person) -> None:
    ann.put(meeting(people=("bob@example.com",)))
    bob.put(with_alarm(bob.text()), bob.row().href)
    ann.put(meeting("DTSTART:20261201T120000Z", "DTEND:20261201T130000Z", people=("bob@example.com",)))
    assert b"DTSTART:20261201T120000Z" in bob.text()
    assert b"TRIGGER:-PT15M" in bob.text()
    assert b"VALARM" not in ann.text()


def test_the_organizers_alarm_is_nobody_elses_business(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=("bob@example.com",)))
    before = bob.row()
    ann.put(with_alarm(ann.text()))
    town.carry()
    assert b"VALARM" in ann.text()
    assert bob.row() == before


def test_what_an_attendee_may_not_change_is_put_back(ann: Person, bob: Person) -> None:
    ann.put(meeting(people=("bob@example.com",)))
    mended = bob.put(bob.text().replace(b"SUMMARY:Sync", b"SUMMARY:Mine"), bob.row().href)
    assert mended.etag is None
    assert b"SUMMARY:Sync" in bob.text()
    assert b"SUMMARY:Sync" in ann.text()


def test_changes_within_one_second_arrive_in_their_order(town: Town, ann: Person, bob: Person) -> None:
    for title in ("One", "Two", "Three"):
        ann.put(meeting(f"SUMMARY:{title}", people=("bob@example.com",)))
    assert b"SUMMARY:Three" in bob.text()
    assert b"DTSTAMP:20261121T120002Z" in bob.text()
    assert town.now == NOON


def test_the_last_word_is_known_after_however_many(ann: Person, bob: Person) -> None:
    # More facts than the number after which a stream is read from a snapshot.
    for number in range(60):
        ann.put(meeting(f"SUMMARY:Take {number}", people=("bob@example.com",)))
    assert b"SUMMARY:Take 59" in bob.text()
    assert b"DTSTAMP:20261121T120059Z" in bob.text()


def test_a_meeting_deleted_and_stored_again_within_a_second_stands(ann: Person, bob: Person) -> None:
    ann.put(meeting(people=("bob@example.com",)))
    ann.delete()
    ann.put(meeting(people=("bob@example.com",)))
    assert b"STATUS:CANCELLED" not in bob.text()
    bob.answer("ACCEPTED")
    assert ann.says(bob) == "ACCEPTED"


def test_force_send_sends_again_and_is_not_stored(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=("bob@example.com",)))
    facts = len(town.topics(bob))
    forced = "ATTENDEE;PARTSTAT=NEEDS-ACTION;SCHEDULE-STATUS=1.2;SCHEDULE-FORCE-SEND=REQUEST:mailto:bob@example.com"
    ann.put(meeting(people=(forced,)))
    assert b"FORCE-SEND" not in ann.text()
    assert len(town.topics(bob)) == facts + 1
    assert town.topics(ann)[-1] == "messages-written/1"


def test_messages_that_the_door_delivers_are_left_alone_by_workers(
    town: Town, ann: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(town.core.backend, "courier", _Nobody())
    ann.put(meeting(people=("bob@example.com", "eve@example.com")))
    assert town.core.outbox.claim(town.now + timedelta(seconds=2), kinds=(ItipLocal,)) == []
    (mail,) = town.owed("calendar_change")
    assert (mail["recipient"], mail["due_at"]) == ("eve@example.com", NOON)
    town.carry()
    assert bob.says(bob) == "NEEDS-ACTION"


class _Nobody:
    """A courier that dies before it has delivered anything."""

    def deliver(self, context: object, outbox_ids: object) -> None:
        return


def test_nobody_at_an_internal_address_is_an_unknown_user(town: Town, ann: Person) -> None:
    ann.put(meeting(people=("tg_99@televent.internal", "tg_99999999999999999999@televent.internal", "eve@example.com")))
    assert ann.says("tg_99@televent.internal", name="SCHEDULE-STATUS") == "3.7"
    assert ann.says("tg_99999999999999999999@televent.internal", name="SCHEDULE-STATUS") == "3.7"
    assert ann.says("eve@example.com", name="SCHEDULE-STATUS") == "1.1"
    assert [each["kind"] for each in town.owed()] == ["calendar_change"]
