"""Unauthenticated mail: given a copy, when such a mail comes, then it is parked, up to a limit per hour."""

from dataclasses import replace
from datetime import timedelta

from copies import ANN, EVE, NOON, ORGANIZED, Copy, meeting

from televent.domain.calendar_object.park import MAX_OCCURRENCES, MAX_SENDER, MAX_SENDERS, MAX_SUMMARY, PARKING_INTERVAL
from televent.domain.calendar_object.parked_mail import MailParked, ParkMail

KEY = "5e884898"
FORGED = ParkMail("reply-unproven", "REPLY", EVE, KEY, (None,), NOON)
SECOND = timedelta(seconds=1)


def test_a_parked_mail_is_a_fact_that_says_what_was_parked() -> None:
    parked = MailParked("reply-unproven", "REPLY", EVE, KEY, "Sync", (None,), NOON)
    assert ORGANIZED.when(FORGED).facts == [parked]


def test_a_parked_mail_changes_nothing_that_is_readable() -> None:
    before, after = ORGANIZED.state, ORGANIZED.given(FORGED).state
    assert replace(after, parked={}) == before
    assert after.parked == {("reply-unproven", EVE): NOON}


def test_many_such_mails_are_one_fact_in_an_hour() -> None:
    copy = ORGANIZED.given(FORGED)
    assert copy.when(FORGED).facts == ()
    assert copy.when(replace(FORGED, mail_key="other", now=NOON + PARKING_INTERVAL - SECOND)).reason == "parked-lately"
    later = replace(FORGED, mail_key="other", now=NOON + PARKING_INTERVAL)
    assert [each.mail_key for each in copy.when(later).facts if isinstance(each, MailParked)] == ["other"]


def test_the_mail_of_one_sender_hides_none_of_another() -> None:
    copy = ORGANIZED.given(FORGED)
    for number in range(1, MAX_SENDERS):
        forged = replace(FORGED, sender=f"{number}@example.net", mail_key=f"{number}")
        assert len(copy.when(forged).facts) == 1
        copy = copy.given(forged)
    one_more = replace(FORGED, sender="last@example.net", mail_key="last")
    assert copy.when(one_more).reason == "parked-lately"
    assert len(copy.when(replace(one_more, now=NOON + PARKING_INTERVAL)).facts) == 1


def test_a_change_of_the_event_does_not_open_the_gate_again() -> None:
    copy = ORGANIZED.given(FORGED)
    renamed = copy.given(copy.put(meeting(title="Talk")))
    assert renamed.when(FORGED).facts == ()
    gone = renamed.given(renamed.delete())
    made_again = gone.given(gone.put(meeting()))
    assert made_again.when(FORGED).facts == ()


def test_each_reason_has_an_hour_of_its_own() -> None:
    other = replace(FORGED, reason="request-unproven", method="REQUEST")
    assert len(ORGANIZED.given(FORGED).when(other).facts) == 1


def test_nothing_is_parked_about_an_event_that_is_gone() -> None:
    gone = ORGANIZED.given(ORGANIZED.delete())
    assert (gone.when(FORGED).facts, gone.when(FORGED).reason) == ((), "unknown-uid")
    assert Copy(ANN).when(FORGED).facts == ()


def test_the_fact_is_short_whatever_the_mail_says() -> None:
    copy = Copy(ANN).given(Copy(ANN).put(meeting(title="x" * 5000)))
    long = replace(FORGED, sender="e" * 5000, recurrence_ids=tuple(str(each) for each in range(5000)))
    (parked,) = copy.when(long).facts
    assert isinstance(parked, MailParked)
    lengths = (len(parked.sender), len(parked.summary), len(parked.recurrence_ids))
    assert lengths == (MAX_SENDER, MAX_SUMMARY, MAX_OCCURRENCES)


def test_an_event_without_a_title_is_named_by_its_uid() -> None:
    copy = Copy(ANN).given(Copy(ANN).put(meeting(title="")))
    (parked,) = copy.when(FORGED).facts
    assert isinstance(parked, MailParked)
    assert parked.summary == "sync@example.com"
