"""No mail shows a Telegram id or an internal address, whatever a client writes into a meeting (ADR 64; product §5)."""

from __future__ import annotations

import re
from datetime import timedelta
from email.header import decode_header, make_header
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.mail_cards import post, without_chat
from support.outgoing_mail import send
from support.post import OtherServer
from support.sent_mail import parse_mail
from support.town import Person, Town, meeting
from televent.application.use_cases.people.accounts import open_account, verify_address
from televent.domain.ids import AccountId

OWNER, PEOPLE = 7700000001, (7700000002, 7700000003, 7700000004)
"""Telegram ids that occur in no other number of a mail."""
_ID = re.compile(rb"770000000[0-9]|televent\.internal", re.IGNORECASE)

addresses = st.builds(
    lambda number, form: form.format(number),
    st.sampled_from((OWNER, *PEOPLE)),
    st.sampled_from(("tg_{}@televent.internal", "{}@televent.app", "TG_{}@Televent.Internal")),
)
words = st.sampled_from(("", "Sync ", "встреча, ", "https://example.com/?who=", "<", "x" * 70 + " ", "call "))
texts = st.lists(st.builds("{}{}".format, words, addresses), min_size=1, max_size=3).map(" ".join)
NAMES = ("SUMMARY", "DESCRIPTION", "LOCATION", "CONTACT", "COMMENT", "URL", "X-NOTE", "X-ALT-DESC")


@st.composite
def guest_lines(draw: st.DrawFn) -> str:
    params = draw(st.sets(st.sampled_from(("CN", "EMAIL", "SENT-BY", "DELEGATED-FROM", "DELEGATED-TO", "MEMBER"))))
    written = []
    for name in sorted(params):
        address = draw(addresses)
        value = draw(texts).replace(";", "") if name == "CN" else address if name == "EMAIL" else f"mailto:{address}"
        written.append(f';{name}="{value}"')
    return f"ATTENDEE;PARTSTAT=NEEDS-ACTION{''.join(written)}:mailto:{draw(addresses)}"


@st.composite
def meetings(draw: st.DrawFn) -> tuple[str, bytes]:
    """A meeting with guests from Telegram and some elsewhere, and internal addresses in its texts."""
    uid = f"{uuid4()}@example.com"
    outside = draw(st.lists(st.sampled_from(("zed", "yan")), min_size=1, max_size=2, unique=True))
    guests = (*(f"{each}@example.net" for each in outside), *draw(st.lists(guest_lines(), max_size=4)))
    lines = [f"{name}:{draw(texts)}".replace(",", "\\,") for name in draw(st.sets(st.sampled_from(NAMES)))]
    organizer = f'ORGANIZER;CN="{draw(texts)}":mailto:tg_{OWNER}@televent.internal'
    return uid, meeting(*lines, people=guests, organizer=organizer, uid=uid)


def shown(raw: bytes) -> list[bytes]:
    """A mail as it is sent, each part of it decoded and unfolded, and its header as a reader shows it."""
    mail = parse_mail(raw)
    parts = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    fields = [f"{name}: {make_header(decode_header(str(value)))}".encode() for name, value in mail.items()]
    bodies = [part.replace(b"\r\n ", b"") for part in parts if isinstance(part, bytes)]
    return [raw, *fields, *bodies]


def owner(town: Town, *, verified: bool) -> Person:
    person = Person(town, AccountId(uuid4()), "ann@example.com")
    account = open_account(town.core.backend, person.context(), telegram_id=OWNER, name="Ann")
    person.tenant = account.tenant
    if verified:
        verify_address(town.core.backend, person.context(), address=person.address, code=None)
    return person


def check(town: Town, other: OtherServer, ann: Person, uid: str, text: bytes) -> None:
    other.mails.clear()
    href = f"{uid}.ics"
    ann.put(text, href)
    send(town, other)
    told = len(other.mails)
    assert told, "the guests elsewhere are invited"
    town.now += timedelta(minutes=1)
    later = re.sub(rb"DTSTART:20261201T10", b"DTSTART:20261201T09", text)
    ann.put(later, href)
    town.now += timedelta(minutes=1)
    ann.delete(href)
    send(town, other)
    assert len(other.mails) > told
    for mail in other.mails:
        for part in (mail.sender.encode(), *shown(mail.raw)):
            found = _ID.search(part)
            assert found is None, part[max(0, found.start() - 100) : found.end() + 40]


SETTINGS = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def test_mails_of_a_person_with_an_address(town: Town, other: OtherServer) -> None:
    ann = owner(town, verified=True)

    @SETTINGS
    @given(meetings())
    def every(made: tuple[str, bytes]) -> None:
        check(town, other, ann, *made)

    every()


def test_mails_of_a_person_without_an_address(town: Town, other: OtherServer) -> None:
    ann = owner(town, verified=False)

    @SETTINGS
    @given(meetings())
    def every(made: tuple[str, bytes]) -> None:
        check(town, other, ann, *made)

    every()


@pytest.mark.parametrize(("locale", "words"), [("en", "somebody from Telegram"), ("ru", "участник из Telegram")])
def test_mails_to_a_person_here_without_a_chat(town: Town, other: OtherServer, locale: str, words: str) -> None:
    """Bob has no chat. The organizer and the title in the copy show ids; the mail has words for them."""
    ann, bob = owner(town, verified=False), without_chat(town, "bob", locale=locale)
    inside = f"tg_{OWNER}@televent.internal"
    ann.put(meeting(f"SUMMARY:Ask {PEOPLE[0]}@televent.app", people=(bob.address,), organizer=inside))
    town.carry()
    post(town, other)
    (mail,) = other.mails
    assert mail.recipients == [bob.address]
    for part in shown(mail.raw):
        assert _ID.search(part) is None
    assert any(f"Ask {words}".encode() in part for part in shown(mail.raw))
