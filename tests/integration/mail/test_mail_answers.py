"""Answers that come by mail, over a real socket, and the right to answer (imip/SPEC B5, B6; RFC 6047 §3)."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from support.as_bytes import read_parts
from support.post import EDGE, PostOffice, itip_mail, message
from support.town import UID, Person, Town, meeting
from televent.application.event_store.recorded import RecordedEvent
from televent.domain.ids import StreamKey
from televent.ical.itip.people import attendees_of

ZED, YAN = "zed@example.net", "yan@example.net"


@pytest.fixture
def ann(town: Town) -> Person:
    """Ann, with a meeting to which she invited Zed and Yan, who have no account here."""
    ann = town.person("ann")
    ann.put(meeting(people=(ZED, YAN)))
    return ann


def reply(*lines: str, who: str = ZED, partstat: str = "ACCEPTED", **fields: Any) -> str:
    return message("REPLY", f"ATTENDEE;PARTSTAT={partstat}:mailto:{who}", *lines, uid=UID, **fields)


def outside_address(town: Town, person: Person) -> str:
    account = town.core.reads.account(person.tenant)
    assert account is not None
    return f"{account.telegram_id}@televent.app"


def test_a_reply_to_the_attendees_own_address_counts(town: Town, post: PostOffice, ann: Person) -> None:
    etag, seq = ann.row().etag, ann.row().seq
    post.send(itip_mail(reply(), method="REPLY"), post.token(ann, ZED, UID))
    assert post.verdicts() == [("applied", "REPLY T3")]
    assert (ann.says(ZED), ann.says(YAN)) == ("ACCEPTED", "NEEDS-ACTION")
    assert ann.row().etag != etag
    assert ann.row().seq > seq
    (notice,) = town.owed("rsvp_notification")
    assert notice["stream_id"] == str(ann.row().stream_id)
    (answer,) = town.answers(ann)
    assert (answer.address, answer.name, answer.now) == (ZED, ZED, "ACCEPTED")


def test_the_same_mail_by_another_way_changes_nothing(town: Town, post: PostOffice, ann: Person) -> None:
    address = post.token(ann, ZED, UID)
    mail = itip_mail(reply())
    post.send(b"Received: from a by b; Sat, 21 Nov 2026 13:00:00 +0000\r\n" + mail, address)
    before = ann.row().seq, town.owed()
    post.send(b"Received: from c by d;\r\n\tSat, 21 Nov 2026 13:00:09 +0000\r\n" + mail, address)
    assert post.verdicts() == [("applied", "REPLY T3")]
    assert (ann.row().seq, town.owed()) == before


def test_the_same_answer_in_another_mail_changes_nothing(town: Town, post: PostOffice, ann: Person) -> None:
    address = post.token(ann, ZED, UID)
    post.send(itip_mail(reply()), address)
    before = ann.row().seq, town.owed()
    post.send(itip_mail(reply(), message_id="two@example.net"), address)
    assert sorted(post.verdicts()) == [("applied", "REPLY T3"), ("ignored", "duplicate")]
    assert (ann.row().seq, town.owed()) == before


def test_a_forged_reply_is_kept_and_the_organizer_is_asked(town: Town, post: PostOffice, ann: Person) -> None:
    post.send(itip_mail(reply()), outside_address(town, ann))
    assert post.verdict() == "parked"
    assert ann.says(ZED) == "NEEDS-ACTION"
    (question,) = town.asks(ann)
    assert (question.reason, question.sender.address, question.changes[0].title) == ("reply-unproven", ZED, "Sync")
    assert (question.changes[0].answer, question.changes[0].by) == ("ACCEPTED", ZED)


def test_many_forged_replies_ask_the_organizer_once(town: Town, post: PostOffice, ann: Person) -> None:
    for number in range(3):
        post.send(itip_mail(reply(), message_id=f"{number}@example.net"), outside_address(town, ann))
    said = [("ignored", "parked-lately")] * 2 + [("parked", "the sender is not proven")]
    assert sorted(post.verdicts()) == said
    assert len(town.asks(ann)) == 1
    assert town.topics(ann).count("mail-parked/1") == 1
    town.now += timedelta(hours=1)
    post.send(itip_mail(reply(), message_id="later@example.net"), outside_address(town, ann))
    assert town.topics(ann).count("mail-parked/1") == 2
    assert len(town.asks(ann)) == 2


def test_a_parked_mail_is_a_fact_that_finds_the_mail_again(town: Town, post: PostOffice, ann: Person) -> None:
    before = ann.row()
    post.send(itip_mail(reply()), outside_address(town, ann))
    stream = StreamKey(ann.tenant, ann.row().stream_id)
    store = town.core.backend.store
    event = store.recorder.select_events(str(stream))[-1]
    assert isinstance(event, RecordedEvent)
    parked = store.facts.to_fact(event)
    assert (parked.reason, parked.method, parked.sender) == ("reply-unproven", "REPLY", ZED)
    assert (parked.summary, parked.recurrence_ids, parked.at) == ("Sync", (None,), town.now)
    with psycopg.connect(town.url) as connection:
        query = "SELECT state FROM inbound_mail WHERE mail_key = %s"
        assert connection.execute(query, (parked.mail_key,)).fetchall() == [("parked",)]
    # The copy's tags are unchanged, so calendar apps have nothing to fetch.
    assert (ann.row().etag, ann.row().seq) == (before.etag, before.seq)


def test_a_reply_from_a_proven_sender_counts(town: Town, post: PostOffice, ann: Person) -> None:
    post.send(itip_mail(reply(), proven=True), outside_address(town, ann))
    assert post.verdicts() == [("applied", "REPLY T2")]
    assert ann.says(ZED) == "ACCEPTED"


def test_a_proven_sender_does_not_speak_for_another(town: Town, post: PostOffice, ann: Person) -> None:
    post.send(itip_mail(reply(who=YAN), proven=True), outside_address(town, ann))
    assert post.verdict() == "parked"
    assert ann.says(YAN) == "NEEDS-ACTION"


def test_a_mail_that_claims_to_be_authenticated_is_not(town: Town, post: PostOffice, ann: Person) -> None:
    forged = [("Authentication-Results", "mx.example.net; dmarc=pass header.from=example.net")]
    post.send(itip_mail(reply(), headers=forged), outside_address(town, ann))
    assert post.verdict() == "parked"


def test_an_answer_by_anothers_token_is_kept_for_the_organizer(town: Town, post: PostOffice, ann: Person) -> None:
    post.send(itip_mail(reply(who=YAN)), post.token(ann, ZED, UID))
    assert post.verdict() == "parked"
    assert ann.says(YAN) == "NEEDS-ACTION"
    (question,) = town.asks(ann)
    assert (question.reason, question.sender.address) == ("reply-unproven", ZED)


def test_a_line_of_our_mail_server_that_cannot_be_read_proves_nothing(
    town: Town, post: PostOffice, ann: Person
) -> None:
    real = f"Authentication-Results: {EDGE}; spf=fail smtp.helo=[1.2.3.4]; dmarc=fail header.from=example.net\r\n"
    post.send(real.encode() + itip_mail(reply(), proven=True), outside_address(town, ann))
    assert post.verdict() == "parked"
    assert ann.says(ZED) == "NEEDS-ACTION"


LATER = {"stamp": "20261121T140000Z", "partstat": "DECLINED"}


def test_a_lower_trust_does_not_override_a_higher_one(town: Town, post: PostOffice, ann: Person) -> None:
    post.send(itip_mail(reply()), post.token(ann, ZED, UID))
    post.send(itip_mail(reply(**LATER), proven=True, message_id="2@example.net"), outside_address(town, ann))
    assert sorted(post.verdicts()) == [("applied", "REPLY T3"), ("parked", "the sender is not proven")]
    assert ann.says(ZED) == "ACCEPTED"
    (question,) = town.asks(ann)
    assert question.reason == "reply-unproven"
    # The same answer by the attendee's own token counts.
    post.send(itip_mail(reply(**LATER), message_id="3@example.net"), post.token(ann, ZED, UID))
    assert ann.says(ZED) == "DECLINED"


def test_a_higher_trust_overrides_a_lower_one(town: Town, post: PostOffice, ann: Person) -> None:
    post.send(itip_mail(reply(), proven=True), outside_address(town, ann))
    post.send(itip_mail(reply(**LATER), message_id="2@example.net"), post.token(ann, ZED, UID))
    assert ann.says(ZED) == "DECLINED"


def test_a_lower_trust_overrides_nothing_in_one_occurrence_either(town: Town, post: PostOffice) -> None:
    ann = town.person("ann")
    ann.put(meeting("RRULE:FREQ=WEEKLY;COUNT=4", people=(ZED, YAN)))
    post.send(itip_mail(reply()), post.token(ann, ZED, UID))
    for number, rid in enumerate(("RECURRENCE-ID:", "RECURRENCE-ID;RANGE=THISANDFUTURE:")):
        line = f"{rid}20261208T100000Z"
        text = message("REPLY", line, f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ZED}", uid=UID, stamp="20261121T140000Z")
        post.send(itip_mail(text, proven=True, message_id=f"a{number}@example.net"), outside_address(town, ann))
        town.now += timedelta(hours=1)
    parts = read_parts(ann.text())
    assert {attendees_of(each)[ZED].param("PARTSTAT") for _, each in parts.items()} == {"ACCEPTED"}
    assert [state for state, _ in post.verdicts()].count("parked") == 2


def test_an_answer_to_a_new_time_overrides_none(town: Town, post: PostOffice, ann: Person) -> None:
    post.send(itip_mail(reply()), post.token(ann, ZED, UID))
    ann.put(meeting("DTSTART:20261202T100000Z", "DTEND:20261202T110000Z", "SEQUENCE:1", people=(ZED, YAN)))
    assert ann.says(ZED) == "NEEDS-ACTION"
    text = reply(partstat="DECLINED", stamp="20261121T140000Z", sequence=1).replace("20261201", "20261202")
    post.send(itip_mail(text, proven=True, message_id="2@example.net"), outside_address(town, ann))
    assert ann.says(ZED) == "DECLINED"


def test_a_proposal_of_a_lower_trust_is_parked(town: Town, post: PostOffice, ann: Person) -> None:
    post.send(itip_mail(reply()), post.token(ann, ZED, UID))
    text = message("COUNTER", f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{ZED}", uid=UID, stamp="20261121T140000Z")
    post.send(itip_mail(text, proven=True, message_id="2@example.net"), outside_address(town, ann))
    assert ("parked", "the sender is not proven") in post.verdicts()
    assert "counter-proposed/1" not in town.topics(ann)


def test_a_token_of_one_meeting_is_none_of_another(town: Town, post: PostOffice, ann: Person) -> None:
    ann.put(meeting(people=(ZED,), uid="other@example.com"), href="other.ics")
    post.send(itip_mail(reply()), post.token(ann, ZED, "other@example.com"))
    assert post.verdict() == "parked"
    assert ann.says(ZED) == "NEEDS-ACTION"


def test_who_is_proven_cannot_slip_in_anothers_answer(post: PostOffice, ann: Person) -> None:
    both = reply(f"ATTENDEE;PARTSTAT=DECLINED:mailto:{YAN}")
    first = reply(f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ZED}", who=YAN, stamp="20261121T140000Z")
    post.send(itip_mail(both), post.token(ann, ZED, UID))
    assert (ann.says(ZED), ann.says(YAN)) == ("ACCEPTED", "NEEDS-ACTION")
    post.send(itip_mail(first, message_id="two@example.net"), post.token(ann, ZED, UID))
    assert (ann.says(ZED), ann.says(YAN)) == ("DECLINED", "NEEDS-ACTION")


def test_anothers_answer_in_a_second_component_is_cut_out(town: Town, post: PostOffice) -> None:
    ann = town.person("ann")
    ann.put(meeting("RRULE:FREQ=WEEKLY;COUNT=4", people=(ZED, YAN)))
    second = message(
        "REPLY", "RECURRENCE-ID:20261208T100000Z", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{YAN}", uid=UID
    ).partition("BEGIN:VEVENT")[2]
    joined = reply().replace("END:VCALENDAR\r\n", "") + "BEGIN:VEVENT" + second
    # The second of two components for one occurrence must be ignored.
    joined = joined.replace("END:VCALENDAR\r\n", "") + "BEGIN:VEVENT" + second
    post.send(itip_mail(joined), post.token(ann, ZED, UID))
    assert post.verdicts() == [("applied", "REPLY T3")]
    parts = read_parts(ann.text())
    said = {rid: attendees_of(each)[YAN].param("PARTSTAT") for rid, each in parts.items()}
    assert set(said.values()) == {"NEEDS-ACTION"}
    assert ann.says(ZED) == "ACCEPTED"


def test_a_stranger_who_answers_is_told_of(town: Town, post: PostOffice, ann: Person) -> None:
    mail = itip_mail(reply(who="stranger@example.org"), sender="stranger@example.org", proven=True)
    post.send(mail, post.token(ann, ZED, UID))
    assert post.verdicts() == [("parked", "party-crasher")]
    (notice,) = town.owed("uninvited_notification")
    assert notice["address"] == "stranger@example.org"


def test_an_answer_to_no_meeting_disturbs_nobody(town: Town, post: PostOffice) -> None:
    ann = town.person("ann")
    post.send(itip_mail(reply()), outside_address(town, ann))
    assert post.verdicts() == [("ignored", "unknown-uid")]
    assert town.owed("telegram_notification") == []


def test_an_outdated_answer_changes_nothing(post: PostOffice, ann: Person) -> None:
    address = post.token(ann, ZED, UID)
    post.send(itip_mail(reply(stamp="20261121T150000Z")), address)
    post.send(itip_mail(reply(partstat="DECLINED"), message_id="two@example.net"), address)
    assert ("ignored", "stale") in post.verdicts()
    assert ann.says(ZED) == "ACCEPTED"


def test_internal_addresses_in_mail_are_refused(post: PostOffice, ann: Person) -> None:
    before = ann.text()
    for number, line in enumerate(
        (
            "ORGANIZER:mailto:tg_1001@televent.internal",
            "ATTENDEE:mailto:anything@Televent.Internal",
            'ATTENDEE;SENT-BY="mailto:tg_1001@televent.internal":mailto:yan@example.net',
        )
    ):
        post.send(itip_mail(reply(line), message_id=f"{number}@example.net"), post.token(ann, ZED, UID))
    assert post.verdicts() == [("ignored", "names internal addresses")] * 3
    assert ann.text() == before


def test_a_proposal_of_another_time_is_kept(town: Town, post: PostOffice, ann: Person) -> None:
    text = message("COUNTER", f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{ZED}", uid=UID).replace("T10", "T15")
    post.send(itip_mail(text.replace("T11", "T16")), post.token(ann, ZED, UID))
    assert post.verdicts() == [("applied", "COUNTER T3")]
    assert "counter-proposed/1" in town.topics(ann)
    assert b"DTSTART:20261201T100000Z" in ann.text()


def test_a_proposal_that_names_nobody_is_its_senders(town: Town, post: PostOffice, ann: Person) -> None:
    post.send(itip_mail(message("COUNTER", uid=UID)), post.token(ann, ZED, UID))
    assert post.verdicts() == [("applied", "COUNTER T3")]
    assert "counter-proposed/1" in town.topics(ann)


def test_who_lost_the_invitation_gets_it_again_once_in_an_hour(town: Town, post: PostOffice, ann: Person) -> None:
    assert sorted(each["recipient"] for each in town.owed("calendar_%")) == [YAN, ZED]
    for number in range(3):
        text = message("REFRESH", f"ATTENDEE:mailto:{ZED}", uid=UID, stamp=f"20261121T13000{number}Z")
        post.send(itip_mail(text, message_id=f"{number}@example.net"), post.token(ann, ZED, UID))
    assert sorted(each["recipient"] for each in town.owed("calendar_%")) == [YAN, ZED, ZED]
    assert [each["method"] for each in town.owed("calendar_update")] == ["REQUEST"]
