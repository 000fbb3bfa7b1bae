"""Mailed iTIP messages, as another mail server gets them (imip/SPEC A; RFC 6047 §2)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from support.as_bytes import read_parts
from support.followers import catch_up
from support.outgoing_mail import claim_changes, handle, send
from support.post import OtherServer, itip_mail, message, open_other_server, open_post_office
from support.sent_mail import parse_mail
from support.town import UID, Person, Town, meeting
from televent.adapters.email.outgoing.smtp import MailDelayed, MailUnreachable
from televent.application.messages.outbox import GiveUp, Undeliverable
from televent.application.use_cases.people import accounts
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.application.use_cases.scheduling.proposals import decline_proposal, open_proposals, propose_time
from televent.ical.itip.people import address_of, attendees_of
from televent.ical.text.tree import parse

ZED, YAN = "zed@example.net", "yan@example.net"
ALARM = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Soon", "TRIGGER:-PT15M", "END:VALARM")


@pytest.fixture
def other() -> Iterator[OtherServer]:
    with open_other_server() as other:
        yield other


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


def to(other: OtherServer, address: str) -> list[EmailMessage]:
    """The mails of one recipient, in the order in which they came."""
    return [parse_mail(each.raw) for each in other.mails if each.recipients == [address]]


def calendar_of(mail: EmailMessage) -> bytes:
    """The calendar part that a mail client reads."""
    found = [part.get_payload(decode=True) for part in mail.walk() if part.get_content_type() == "text/calendar"]
    (text,) = found
    assert isinstance(text, bytes)
    return text


def test_each_guest_gets_a_separate_mail(town: Town, other: OtherServer, ann: Person) -> None:
    ann.put(meeting(*ALARM, people=(ZED, YAN)))
    send(town, other)
    assert sorted(each.recipients for each in other.mails) == [[YAN], [ZED]]
    tokens = {who: town.core.mail_book.token(ann.tenant, UID, who) for who in (ZED, YAN)}
    for received in other.mails:
        (who,) = received.recipients
        mail = parse_mail(received.raw)
        other_token = tokens[YAN if who == ZED else ZED]
        assert received.sender == f"bounce+{tokens[who]}@televent.app"
        assert (mail["To"], mail["Cc"], mail["From"].addresses[0].addr_spec) == (who, None, "noreply@televent.app")
        assert mail["Reply-To"].addresses[0].addr_spec == "ann@example.com"
        assert mail["Subject"].startswith("Invitation: Sync @ ")
        calendar = calendar_of(mail)
        organizer = parse(calendar).components("VEVENT")[0].get("ORGANIZER")
        assert organizer is not None
        assert address_of(organizer) == f"rsvp+{tokens[who]}@televent.app"
        for content in (received.raw, calendar):
            assert other_token.encode() not in content


def test_what_is_for_the_server_alone_does_not_leave(town: Town, other: OtherServer, ann: Person) -> None:
    chat = town.core.reads.account(ann.tenant)
    assert chat is not None
    inside = f"tg_{chat.telegram_id}@televent.internal"
    long = "DESCRIPTION:" + "ö" * 200 + f" {inside}"
    guest = f"ATTENDEE;SCHEDULE-AGENT=SERVER;SCHEDULE-FORCE-SEND=REQUEST:mailto:{ZED}"
    ann.put(meeting(long, *ALARM, people=(guest,), organizer=inside))
    send(town, other)
    (received,) = other.mails
    mail = parse_mail(received.raw)
    calendar = calendar_of(mail)
    parts = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    assert len(parts) == 4
    for content in (received.raw, *parts):
        assert isinstance(content, bytes)
        assert b"televent.internal" not in content.replace(b"\r\n ", b"")
    assert parts[-1] == calendar
    assert b"SCHEDULE-" not in calendar
    assert b"VALARM" not in calendar
    assert b"\n" not in calendar.replace(b"\r\n", b"")
    assert max(len(line) for line in calendar.split(b"\r\n")) <= 75
    assert {"ann@example.com", ZED} == set(attendees_of(parse(calendar).components("VEVENT")[0]))


def test_updates_and_the_end_belong_to_the_first_mail(town: Town, other: OtherServer, ann: Person) -> None:
    ann.put(meeting(people=(ZED,)))
    send(town, other)
    ann.put(meeting("DTSTART:20261201T120000Z", "DTEND:20261201T130000Z", people=(ZED,)))
    send(town, other)
    ann.delete()
    send(town, other)
    first, update, end = to(other, ZED)
    assert (first["In-Reply-To"], first["References"]) == (None, None)
    for later in (update, end):
        assert later["In-Reply-To"] == later["References"] == first["Message-ID"]
    assert len({mail["Message-ID"] for mail in (first, update, end)}) == 3
    assert [mail["Subject"].partition(":")[0] for mail in (first, update, end)] == [
        "Invitation",
        "Updated invitation",
        "Canceled",
    ]
    methods = []
    organizers, sequences = set(), []
    for mail in (first, update, end):
        (part,) = [each for each in mail.walk() if each.get_content_type() == "text/calendar"]
        root = parse(calendar_of(mail))
        assert part.get_param("method") == root.value("METHOD")
        methods.append(root.value("METHOD"))
        event = root.components("VEVENT")[0]
        line = event.get("ORGANIZER")
        assert line is not None
        organizers.add(address_of(line))
        sequences.append(int(event.value("SEQUENCE") or 0))
    assert methods == ["REQUEST", "REQUEST", "CANCEL"]
    assert len(organizers) == 1
    assert sequences == sorted(set(sequences))


def test_a_message_sent_twice_is_the_same_mail(town: Town, other: OtherServer, ann: Person) -> None:
    ann.put(meeting(people=(ZED,)))
    (claimed,) = claim_changes(town)
    other.hangs_up = True
    with pytest.raises(MailUnreachable):
        handle(town, other, claimed)
    other.hangs_up = False
    for _ in range(2):
        handle(town, other, claimed)
    one, again = to(other, ZED)
    assert one["Message-ID"] == again["Message-ID"]
    assert again["In-Reply-To"] is None
    assert calendar_of(one) == calendar_of(again)


def test_the_answer_to_what_was_sent_comes_home(town: Town, other: OtherServer, ann: Person) -> None:
    ann.put(meeting(people=(ZED, YAN)))
    send(town, other)
    (mail,) = to(other, ZED)
    organizer = parse(calendar_of(mail)).components("VEVENT")[0].get("ORGANIZER")
    assert organizer is not None
    text = message("REPLY", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ZED}", uid=UID)
    with open_post_office(town) as post:
        post.send(itip_mail(text), address_of(organizer))
        assert post.verdicts() == [("applied", "REPLY T3")]
    assert (ann.says(ZED), ann.says(YAN)) == ("DECLINED", "NEEDS-ACTION")


def test_an_answer_of_a_person_here_leaves_as_a_reply(town: Town, other: OtherServer) -> None:
    lines = (f"ORGANIZER;CN=Zed:mailto:{ZED}", "ATTENDEE;RSVP=TRUE:mailto:bob@example.com", f"ATTENDEE:mailto:{YAN}")
    with open_post_office(town) as post:
        bob = town.person("bob")
        post.send(itip_mail(message("REQUEST", *lines, uid="out@example.net")), bob.address)
    answer_invitation(
        town.core.backend, bob.context(), stream_id=bob.row("out@example.net").stream_id, partstat="ACCEPTED"
    )
    send(town, other)
    (mail,) = to(other, ZED)
    assert mail["Subject"].startswith("Accepted: Sync @ ")
    calendar = calendar_of(mail)
    assert parse(calendar).value("METHOD") == "REPLY"
    master = read_parts(calendar).master
    assert master is not None
    people = attendees_of(master)
    assert {who: line.param("PARTSTAT") for who, line in people.items()} == {"bob@example.com": "ACCEPTED"}
    organizer = master.get("ORGANIZER")
    assert organizer is not None
    assert address_of(organizer) == ZED


def test_what_the_server_refuses_for_good_is_given_up(town: Town, other: OtherServer, ann: Person) -> None:
    ann.put(meeting(people=(ZED,)))
    (claimed,) = claim_changes(town)
    other.refuse = "550 5.1.1 There is nobody of that name"
    with pytest.raises(Undeliverable, match="550"):
        handle(town, other, claimed)
    other.refuse = "550 5.7.1 Your server may not send mail here"
    with pytest.raises(GiveUp, match="550"):
        handle(town, other, claimed)
    other.refuse = "451 4.7.1 Later"
    with pytest.raises(MailDelayed, match="451"):
        handle(town, other, claimed)
    other.refuse = None
    handle(town, other, claimed)
    assert len(other.mails) == 1


def test_a_server_that_is_away_is_named(town: Town, other: OtherServer, ann: Person) -> None:
    ann.put(meeting(people=(ZED,)))
    (claimed,) = claim_changes(town)
    # No server listens on port 1.
    with pytest.raises(MailUnreachable, match=r"127\.0\.0\.1:1"):
        handle(town, other, claimed, port=1)


EVIL = "=?utf-8?q?Notice=0d=0aContent-Type:_text/html=0d=0aReply-To:_x@evil.example=0d=0a=0d=0a<h1>Pay_here</h1>?="


def test_a_hostile_title_and_name_go_out_as_an_invitation(town: Town, other: OtherServer, ann: Person) -> None:
    ann.put(meeting(f"SUMMARY:{EVIL}", people=(f'ATTENDEE;CN="{EVIL}":mailto:{ZED}',)))
    send(town, other)
    (received,) = other.mails
    mail = parse_mail(received.raw)
    assert sorted(mail.keys()) == sorted(
        [
            "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
            "X-Televent-Correlation", "MIME-Version", "Content-Type",
        ]
    )  # fmt: skip
    assert mail["Subject"].startswith("Invitation: = ?utf-8?q?Notice=0d=0aContent-Type")
    assert [each.addr_spec for each in mail["Reply-To"].addresses] == ["ann@example.com"]
    assert [each.addr_spec for each in mail["To"].addresses] == [ZED]
    assert EVIL.encode() in calendar_of(mail).replace(b"\r\n ", b"")


def test_the_senders_name_writes_no_header(town: Town, other: OtherServer) -> None:
    ann = town.person("ann")
    accounts.change_profile(town.core.backend, ann.context(), name=EVIL)
    ann.put(meeting(people=(ZED,)))
    context = ann.context()
    accounts.claim_address(town.core.backend, context, address=YAN, code="123456")
    send(town, other)
    invitation, code = to(other, ZED)[0], to(other, YAN)[0]
    for mail in (invitation, code):
        assert mail["From"].addresses[0].addr_spec == "noreply@televent.app"
        assert mail.get_content_maintype() == "multipart"
    assert invitation["Reply-To"].addresses[0].addr_spec == "ann@example.com"
    assert code["Reply-To"] is None


def test_an_address_that_is_none_gets_no_mail_and_says_so(town: Town, other: OtherServer, ann: Person) -> None:
    wrong = ["a>b@example.net", 'a"b@example.net', "a@b@example.net", "zed@example..net", f"{'z' * 65}@example.net"]
    ann.put(meeting(people=(ZED, *(f"ATTENDEE:mailto:{each}" for each in wrong))))
    send(town, other)
    assert [each.recipients for each in other.mails] == [[ZED]]
    assert {ann.says(each, name="SCHEDULE-STATUS") for each in wrong} == {"3.7"}


def test_a_proposal_to_an_organizer_elsewhere_is_a_counter(town: Town, other: OtherServer, ann: Person) -> None:
    chat = town.core.reads.account(ann.tenant)
    assert chat is not None
    inside = f"tg_{chat.telegram_id}@televent.internal"
    people = (f"ORGANIZER:mailto:{ZED}", f"ATTENDEE:mailto:{inside}", f"ATTENDEE:mailto:{YAN}")
    ann.receive(message("REQUEST", *people, uid=UID, sequence=2).encode())
    start = datetime(2026, 12, 2, 15, tzinfo=UTC)
    propose_time(
        town.core.backend,
        ann.context(),
        stream_id=ann.row().stream_id,
        start=start,
        end=start + timedelta(hours=1),
        comment="I am away\nBcc: eve@example.net",
    )
    send(town, other)
    (mail,) = to(other, ZED)
    assert mail["Subject"].startswith("New time proposed: Sync @ Wed, Dec 2")
    text = mail.get_body(("plain",))
    assert text is not None
    assert "Ann proposes another time: Sync" in text.get_content()
    assert "Comment: I am away Bcc: eve@example.net" in text.get_content()
    calendar = calendar_of(mail)
    assert b"METHOD:COUNTER" in calendar
    assert b"SEQUENCE:2" in calendar
    assert b"televent.internal" not in calendar.replace(b"\r\n ", b"")
    component = parse(calendar).components("VEVENT")[0]
    assert [line.param("PARTSTAT") for line in attendees_of(component).values()] == ["TENTATIVE", None]


def test_a_refusal_to_an_attendee_elsewhere_comes_from_the_address_they_know(
    town: Town, other: OtherServer, ann: Person
) -> None:
    ann.put(meeting(people=(ZED, YAN)))
    send(town, other)
    with open_post_office(town) as post:
        text = message("COUNTER", f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{ZED}", uid=UID).replace("T10", "T15")
        post.send(itip_mail(text.replace("T11", "T16")), post.token(ann, ZED, UID))
    (standing,) = open_proposals(town.core.backend, ann.tenant, ann.row().stream_id)
    decline_proposal(
        town.core.backend,
        ann.context(),
        stream_id=ann.row().stream_id,
        proposal=standing.proposal.key,
        comment="Sorry",
    )
    send(town, other)
    first, refusal = to(other, ZED)
    assert len(to(other, YAN)) == 1
    assert refusal["Subject"].startswith("Proposed time declined: Sync")
    assert refusal["In-Reply-To"] == first["Message-ID"]
    component = parse(calendar_of(refusal)).components("VEVENT")[0]
    organizer = component.get("ORGANIZER")
    assert organizer is not None
    assert address_of(organizer) == f"rsvp+{town.core.mail_book.token(ann.tenant, UID, ZED)}@televent.app"
    assert (component.value("COMMENT"), component.value("DTSTART")) == ("Sorry", "20261201T150000Z")


def test_a_refusal_without_any_time_is_told(town: Town, ann: Person) -> None:
    """RFC 5546 §3.2.8 asks for no DTSTART."""
    people = (f"ORGANIZER:mailto:{ZED}", "ATTENDEE:mailto:ann@example.com")
    ann.receive(message("REQUEST", *people, uid=UID).encode())
    start = datetime(2026, 12, 2, 15, tzinfo=UTC)
    propose_time(
        town.core.backend, ann.context(), stream_id=ann.row().stream_id, start=start, end=start + timedelta(hours=1)
    )
    text = message("DECLINECOUNTER", *people, uid=UID, stamp="20261121T140000Z")
    bare = "\r\n".join(line for line in text.split("\r\n") if not line.startswith(("DTSTART", "DTEND")))
    with open_post_office(town) as post:
        post.send(itip_mail(bare, proven=True), "ann@example.com")
        assert post.verdicts() == [("applied", "DECLINECOUNTER T2")]
    catch_up(town.core)
    (notice,) = town.owed("proposal_declined_notification")
    assert (notice["summary"], notice["organizer"]) == ("Sync", ZED)
    assert not open_proposals(town.core.backend, ann.tenant, ann.row().stream_id)
