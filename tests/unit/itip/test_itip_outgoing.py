"""The messages that a change of a text sends, and to which attendees: RFC 6638 §3.2.1, §3.2.2, §3.2.6; SPEC A4."""

from __future__ import annotations

import pytest
from meeting_texts import (
    ALARM,
    ANN,
    BOB,
    CY,
    DAN,
    EVERYONE,
    SECOND_MONDAY,
    at,
    attendee,
    calendar,
    event,
    second_monday,
    series,
    unfolded,
)

from support.as_bytes import attendee_messages, organizer_messages, prepare_organizer_put
from televent.ical.itip.sending.outgoing import OutgoingMessage

NOW = at(20, 12)


def organizer(old: bytes | None, new: bytes | None) -> dict[tuple[str, str], OutgoingMessage]:
    """Ann's iTIP messages by method and recipient. Fails for two messages of one method to one recipient."""
    messages = organizer_messages(old, new, me=[ANN], dtstamp=NOW)
    found = {(message.method, message.recipient): message for message in messages}
    assert len(found) == len(messages)
    return found


def bob(old: bytes | None, new: bytes | None) -> list[OutgoingMessage]:
    return attendee_messages(old, new, me=[BOB], dtstamp=NOW)


def test_a_new_meeting_invites_everyone_but_its_organizer() -> None:
    messages = organizer(None, calendar(series()))
    assert set(messages) == {("REQUEST", BOB), ("REQUEST", CY)}
    message = messages["REQUEST", BOB]
    assert (message.kind, message.significant, message.sender) == ("invite", True, ANN)
    assert (message.uid, message.sequence, message.summary) == ("weekly@example.com", 0, "Team Sync")
    assert message.recipient_cn == "Bob"
    assert message.recurrence_ids == (None,)


def test_a_message_has_its_method_its_zone_before_its_event_and_our_name() -> None:
    text = unfolded(organizer(None, calendar(series()))["REQUEST", BOB].text)
    lines = text.split("\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert {"VERSION:2.0", "CALSCALE:GREGORIAN", "METHOD:REQUEST"} <= set(lines[1:6])
    assert "PRODID:-//Televent//Calendar 1.0//EN" in lines
    assert text.index("METHOD:") < text.index("BEGIN:VTIMEZONE") < text.index("BEGIN:VEVENT")
    assert "DTSTAMP:20261120T120000Z" in lines
    assert "DTSTAMP:20261101T080000Z" not in lines


def test_a_message_leaves_private_lines_out() -> None:
    people = (
        attendee(ANN, "ACCEPTED"),
        attendee(BOB, extra=";SCHEDULE-STATUS=1.2;SCHEDULE-FORCE-SEND=REQUEST"),
        attendee(CY, extra=";SCHEDULE-AGENT=SERVER"),
    )
    text = calendar(event(ALARM, "X-MOZ-GENERATION:3", "X-ALT-DESC:<b>x</b>", people=people))
    message = unfolded(organizer(None, text)["REQUEST", BOB].text)
    for word in ("SCHEDULE-", "VALARM", "X-MOZ"):
        assert word not in message
    assert "X-ALT-DESC" in message


@pytest.mark.parametrize("agent", ["CLIENT", "NONE", "X-SOMETHING"])
def test_nobody_is_told_whose_agent_is_not_the_server(agent: str) -> None:
    people = (attendee(BOB, extra=f";SCHEDULE-AGENT={agent}"), attendee(CY))
    assert set(organizer(None, calendar(event(people=people)))) == {("REQUEST", CY)}


def test_an_attendee_taken_over_by_the_client_is_cancelled_by_the_server() -> None:
    old = calendar(event(people=(attendee(BOB), attendee(CY))))
    new = calendar(event(people=(attendee(BOB, extra=";SCHEDULE-AGENT=CLIENT"), attendee(CY))))
    assert ("CANCEL", BOB) in organizer(old, new)
    assert ("CANCEL", CY) not in organizer(old, new)


def test_a_put_that_changes_nothing_tells_nobody() -> None:
    old = calendar(series())
    new = calendar(series(ALARM, "COLOR:red", "X-MOZ-LASTACK:20261101T080000Z").replace("T080000Z", "T090000Z"))
    assert organizer(old, new) == {}


def test_a_new_title_is_a_refresh_of_the_text_not_a_new_question() -> None:
    old, new = calendar(series()), calendar(series().replace("Team Sync", "Team Talk"))
    message = organizer(old, new)["REQUEST", BOB]
    assert (message.kind, message.significant, message.summary) == ("update", False, "Team Talk")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("20261123T110000", "20261123T113000"),
        ("COUNT=6", "COUNT=8"),
        ("SUMMARY:", "LOCATION:Room 2\nSUMMARY:"),
    ],
)
def test_a_moved_meeting_is_significant(was: str, now: str) -> None:
    message = organizer(calendar(series()), calendar(series(sequence=1).replace(was, now)))["REQUEST", CY]
    assert message.kind == "update"
    assert message.significant


def test_the_same_instant_written_in_another_way_is_no_move() -> None:
    in_berlin = calendar(event(people=EVERYONE))
    in_utc = calendar(event(people=EVERYONE, start=":20261123T090000Z", end=":20261123T100000Z"))
    assert not organizer(in_berlin, in_utc)["REQUEST", BOB].significant if organizer(in_berlin, in_utc) else True


def test_only_the_changed_occurrence_is_sent() -> None:
    old = calendar(series())
    new = calendar(series(), second_monday(hour=12, sequence=1))
    message = organizer(old, new)["REQUEST", BOB]
    assert message.recurrence_ids == (SECOND_MONDAY,)
    assert message.significant
    assert unfolded(message.text).count("BEGIN:VEVENT") == 1
    assert "RRULE:FREQ=WEEKLY;COUNT" not in unfolded(message.text)


def test_one_occurrence_cancelled_by_exdate_is_a_cancel_of_that_occurrence() -> None:
    old = calendar(series())
    new = calendar(series("EXDATE;TZID=Europe/Berlin:20261130T100000", sequence=1))
    messages = organizer(old, new)
    assert set(messages) == {("CANCEL", BOB), ("CANCEL", CY)}
    message = messages["CANCEL", BOB]
    assert message.recurrence_ids == (SECOND_MONDAY,)
    text = unfolded(message.text)
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20261130T100000" in text
    assert "STATUS:CANCELLED" in text
    assert "SEQUENCE:1" in text
    assert text.count("BEGIN:VEVENT") == 1


def test_a_cancelled_override_is_a_cancel_of_that_occurrence_not_of_the_series() -> None:
    old = calendar(series(), second_monday(hour=12))
    new = calendar(series(), second_monday("STATUS:CANCELLED", hour=12, sequence=1))
    messages = organizer(old, new)
    assert set(messages) == {("CANCEL", BOB), ("CANCEL", CY)}
    assert messages["CANCEL", BOB].recurrence_ids == (SECOND_MONDAY,)


def test_deleting_a_meeting_cancels_it_for_all_with_a_higher_sequence() -> None:
    message = organizer(calendar(series(sequence=2)), None)["CANCEL", BOB]
    assert (message.sequence, message.kind, message.significant) == (3, "cancel", True)
    text = unfolded(message.text)
    for line in ("METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:3", "SUMMARY:Team Sync", "RRULE:FREQ=WEEKLY;COUNT=6"):
        assert line in text
    assert text.count("ATTENDEE") == 1


def test_a_removed_guest_gets_a_cancel_that_does_not_say_the_meeting_is_off() -> None:
    new = calendar(series(people=(attendee(ANN, "ACCEPTED"), attendee(CY)), sequence=1))
    messages = organizer(calendar(series()), new)
    assert messages["CANCEL", BOB].kind == "cancel"
    assert "STATUS:CANCELLED" not in unfolded(messages["CANCEL", BOB].text)
    assert messages["REQUEST", CY].significant is False


def test_a_guest_of_one_occurrence_learns_of_no_other() -> None:
    text = calendar(series(), second_monday(people=(*EVERYONE, attendee(DAN))))
    message = organizer(calendar(series()), text)["REQUEST", DAN]
    assert (message.recurrence_ids, message.kind) == ((SECOND_MONDAY,), "invite")
    assert "RRULE:FREQ=WEEKLY;COUNT" not in unfolded(message.text)


def test_a_guest_left_out_of_one_occurrence_has_it_excluded() -> None:
    text = calendar(series(), second_monday(people=(attendee(ANN, "ACCEPTED"), attendee(CY))))
    message = unfolded(organizer(None, text)["REQUEST", BOB].text)
    assert "EXDATE;TZID=Europe/Berlin:20261130T100000" in message
    assert "RECURRENCE-ID" not in message
    assert "RECURRENCE-ID" in unfolded(organizer(None, text)["REQUEST", CY].text)


def test_a_guest_removed_from_one_occurrence_gets_a_cancel_of_it() -> None:
    old = calendar(series(), second_monday(hour=12))
    new = calendar(series(), second_monday(people=(attendee(ANN, "ACCEPTED"), attendee(CY)), hour=12, sequence=1))
    messages = organizer(old, new)
    assert messages["CANCEL", BOB].recurrence_ids == (SECOND_MONDAY,)
    assert "STATUS:CANCELLED" not in unfolded(messages["CANCEL", BOB].text)


def test_an_answer_that_is_noted_only_refreshes() -> None:
    old = calendar(series())
    new = calendar(series(people=(attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"), attendee(CY))))
    messages = organizer(old, new)
    assert messages["REQUEST", CY].kind == "refresh"
    assert not messages["REQUEST", CY].significant
    assert messages["REQUEST", BOB].kind == "refresh"


def test_force_send_asks_again_without_a_change() -> None:
    old = calendar(series(people=(attendee(ANN), attendee(BOB, "DECLINED"))))
    forced = attendee(BOB, "DECLINED", extra=";SCHEDULE-FORCE-SEND=REQUEST")
    messages = organizer(old, calendar(series(people=(attendee(ANN), forced))))
    assert messages["REQUEST", BOB].significant


def test_a_meeting_of_nobody_else_sends_nothing() -> None:
    assert organizer(None, calendar(event(people=()))) == {}
    assert organizer(None, calendar(event(people=(attendee(ANN),)))) == {}


def test_a_move_asks_everyone_again_and_raises_the_sequence() -> None:
    accepted = (attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"), attendee(CY, "DECLINED"))
    old = calendar(series(people=accepted))
    new = calendar(series(people=accepted).replace("T110000", "T113000"))
    text = unfolded(prepare_organizer_put(old, new, me=[ANN]))
    assert text.count("PARTSTAT=NEEDS-ACTION") == 2
    assert 'CN="Ann";PARTSTAT=ACCEPTED' in text
    assert "SEQUENCE:1" in text


def test_a_client_that_raised_the_sequence_is_left_alone() -> None:
    old = calendar(series())
    new = calendar(series(sequence=4).replace("T110000", "T113000"))
    assert prepare_organizer_put(old, new, me=[ANN]) is new


def test_a_new_title_asks_nobody_again() -> None:
    accepted = (attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"))
    new = calendar(series(people=accepted).replace("Team Sync", "Talk"))
    assert prepare_organizer_put(calendar(series(people=accepted)), new, me=[ANN]) is new


def test_a_series_made_shorter_asks_nobody_again() -> None:
    accepted = (attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"))
    old = calendar(series(people=accepted))
    text = unfolded(
        prepare_organizer_put(old, calendar(series(people=accepted).replace("COUNT=6", "COUNT=4")), me=[ANN])
    )
    assert 'CN="Bob";PARTSTAT=ACCEPTED' in text
    assert "SEQUENCE:1" in text


def test_a_stale_put_of_the_organizer_loses_no_answer() -> None:
    answered = (attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED", ";SCHEDULE-STATUS=2.0"), attendee(CY))
    stale = calendar(series(people=EVERYONE).replace("Team Sync", "Talk"))
    text = unfolded(prepare_organizer_put(calendar(series(people=answered)), stale, me=[ANN]))
    assert 'CN="Bob";PARTSTAT=ACCEPTED' in text
    assert "SUMMARY:Talk" in text
    assert "SEQUENCE:0" in text


def test_an_organizer_answers_for_nobody() -> None:
    new = calendar(series(people=(attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"))))
    assert 'CN="Bob";PARTSTAT=NEEDS-ACTION' in unfolded(prepare_organizer_put(calendar(series()), new, me=[ANN]))
    first = unfolded(prepare_organizer_put(None, new, me=[ANN]))
    assert 'CN="Bob";PARTSTAT=NEEDS-ACTION' in first


def test_an_answer_is_one_reply_with_one_attendee() -> None:
    old = calendar(series(sequence=3))
    new = calendar(series(people=(attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"), attendee(CY)), sequence=3))
    (message,) = bob(old, new)
    assert (message.method, message.sender, message.recipient, message.kind) == ("REPLY", BOB, ANN, "reply")
    assert message.sequence == 3
    text = unfolded(message.text)
    assert text.count("ATTENDEE") == 1
    assert 'CN="Bob";PARTSTAT=ACCEPTED:mailto:bob@example.com' in text
    for line in ("METHOD:REPLY", "SEQUENCE:3", "SUMMARY:Team Sync", "DTSTART;TZID=Europe/Berlin", "BEGIN:VTIMEZONE"):
        assert line in text


def test_an_alarm_or_a_colour_of_the_attendee_is_nobodys_business() -> None:
    assert bob(calendar(series()), calendar(series(ALARM, "COLOR:red", "TRANSP:TRANSPARENT"))) == []


def test_an_answer_for_one_occurrence_names_it() -> None:
    people = (attendee(ANN, "ACCEPTED"), attendee(BOB, "DECLINED"), attendee(CY))
    (message,) = bob(calendar(series()), calendar(series(), second_monday(people=people)))
    assert message.recurrence_ids == (SECOND_MONDAY,)
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20261130T100000" in unfolded(message.text)


def test_an_occurrence_deleted_by_the_attendee_is_declined() -> None:
    new = calendar(series("EXDATE;TZID=Europe/Berlin:20261130T100000"))
    (message,) = bob(calendar(series()), new)
    assert message.recurrence_ids == (SECOND_MONDAY,)
    assert "PARTSTAT=DECLINED" in unfolded(message.text)


def test_a_deleted_invitation_is_declined() -> None:
    (message,) = bob(calendar(series()), None)
    assert "PARTSTAT=DECLINED" in unfolded(message.text)


def test_deleting_what_is_cancelled_or_already_declined_says_nothing() -> None:
    assert bob(calendar(series("STATUS:CANCELLED")), None) == []
    assert bob(calendar(series(people=(attendee(ANN), attendee(BOB, "DECLINED")))), None) == []


def test_no_reply_goes_to_an_organizer_whose_agent_is_the_client() -> None:
    quiet = series().replace("ORGANIZER;", "ORGANIZER;SCHEDULE-AGENT=CLIENT;")
    assert bob(calendar(quiet), calendar(quiet.replace('"Bob";PARTSTAT=NEEDS-ACTION', '"Bob";PARTSTAT=ACCEPTED'))) == []


def test_force_send_repeats_a_reply() -> None:
    people = (attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"))
    forced = series(people=people).replace("ORGANIZER;", "ORGANIZER;SCHEDULE-FORCE-SEND=REPLY;")
    (message,) = bob(calendar(series(people=people)), calendar(forced))
    assert "SCHEDULE-" not in unfolded(message.text)


def test_attendees_who_have_answered_share_one_text() -> None:
    def meeting(title: str) -> bytes:
        guests = [attendee(BOB, "ACCEPTED"), attendee(CY, "DECLINED"), attendee(DAN, "NEEDS-ACTION")]
        return calendar(event(people=guests, summary=title))

    messages = organizer(meeting("Sync"), meeting("Talk"))
    texts = {who: messages["REQUEST", who].text for who in (BOB, CY, DAN)}
    assert texts[BOB] is texts[CY]
    # The one who has not answered is asked to, on their own line.
    asked = [line for line in unfolded(texts[DAN]).splitlines() if "RSVP=TRUE" in line]
    assert [DAN in line for line in asked] == [True]
    assert "RSVP" not in texts[BOB].decode()
