"""Senders that we verify ourselves, over a real socket: what a signature proves, and a DNS that gives no answer."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import psycopg
import pytest

from support.post import PostOffice, itip_mail, message, open_post_office
from support.signing import Zone, key_record, rsa_key, sealed, signed
from support.town import Person, Town
from support.waiting import NET
from televent.adapters.email.doors.keys import mail_key
from televent.adapters.email.incoming.intake import Intake
from televent.adapters.email.proving.names import MAX_RECORD, MAX_RECORDS, NoAnswer
from televent.adapters.email.proving.prover import Prover
from televent.adapters.email.proving.resolver import DnsRecords
from televent.application.mail.book import ATTEMPTS

ZED, OUT, LIST = "zed@example.net", "out@example.net", "lists.example.org"


@pytest.fixture
def zone() -> Zone:
    zone = Zone()
    zone.publish("example.net", rsa_key())
    return zone


@pytest.fixture
def post(town: Town, zone: Zone) -> Iterator[PostOffice]:
    with open_post_office(town, zone=zone, relays=[LIST]) as post:
        yield post


@pytest.fixture
def bob(town: Town, post: PostOffice) -> Person:
    """Bob, with an invitation from Zed."""
    bob = town.person("bob")
    post.send(mail(asked()), bob.address)
    assert post.verdicts() == [("applied", "REQUEST new")]
    return bob


def asked(*lines: str, method: str = "REQUEST", sequence: int = 0, hour: int = 13) -> str:
    people = (f"ORGANIZER;CN=Zed:mailto:{ZED}", "ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:bob@example.com")
    return message(method, *people, *lines, uid=OUT, sequence=sequence, stamp=f"20261121T{hour}0000Z")


def mail(text: str, *, number: int = 1, by: str | None = "example.net") -> bytes:
    raw = itip_mail(text, sender=f"Zed <{ZED}>", message_id=f"{number}@example.net")
    return signed(raw, by) if by is not None else raw


MOVED = asked("LOCATION:Room 2", sequence=1, hour=14)
OFF = asked("STATUS:CANCELLED", method="CANCEL", sequence=2, hour=15)


def test_the_organizer_whose_domain_signed_changes_it_and_calls_it_off(
    town: Town, post: PostOffice, bob: Person
) -> None:
    assert town.news(bob, uid=OUT).organizer == "Zed"
    post.send(mail(MOVED, number=2), bob.address)
    assert b"LOCATION:Room 2" in bob.text(OUT)
    post.send(mail(OFF, number=3), bob.address)
    assert b"STATUS:CANCELLED" in bob.text(OUT)


@pytest.mark.parametrize("by", [None, "example.org", "mail.example.com"])
def test_without_a_signature_of_the_organizers_domain_nothing_changes(
    zone: Zone, post: PostOffice, bob: Person, by: str | None
) -> None:
    if by is not None:
        zone.publish(by, rsa_key())
    before = bob.text(OUT)
    post.send(mail(OFF, number=2, by=by), bob.address)
    assert ("parked", "the sender is not proven") in post.verdicts()
    assert bob.text(OUT) == before


def test_a_mail_that_was_changed_on_its_way_changes_nothing(post: PostOffice, bob: Person) -> None:
    before = bob.text(OUT)
    raw = mail(OFF, number=2).replace(b"See the attached", b"See the changed")
    post.send(raw, bob.address)
    assert bob.text(OUT) == before


def test_results_in_the_mail_are_not_believed(post: PostOffice, bob: Person) -> None:
    before = bob.text(OUT)
    line = (
        b"Authentication-Results: mx.televent.app; dmarc=pass header.from=example.net; dkim=pass header.d=example.net"
    )
    post.send(line + b"\r\n" + mail(OFF, number=2, by=None), bob.address)
    assert bob.text(OUT) == before


def test_a_list_that_the_operator_names_vouches_for_its_authors(zone: Zone, post: PostOffice, bob: Person) -> None:
    zone.publish(LIST, rsa_key(2048, 1))
    results = "dmarc=pass header.from=example.net"
    raw = sealed(mail(OFF, number=2, by=None), LIST, results, key=rsa_key(2048, 1))
    post.send(raw, bob.address)
    assert b"STATUS:CANCELLED" in bob.text(OUT)


def test_the_proof_of_the_first_mail_stays_though_its_key_is_gone(zone: Zone, town: Town, post: PostOffice) -> None:
    """The organizer is a calendar's address; so the proven sender of the first mail may change the event."""
    ann = town.person("ann")
    group = asked().replace(ZED, "abc@group.example.net").replace("bob@", "ann@")
    post.send(mail(group), ann.address)
    zone.publish("example.net", rsa_key(2048, 1), "k2")
    del zone.records["k1._domainkey.example.net"]
    raw = itip_mail(group.replace("SEQUENCE:0", "SEQUENCE:1\r\nLOCATION:Room 2"), sender=ZED, message_id="2@x.example")
    post.send(signed(raw, "example.net", key=rsa_key(2048, 1), selector="k2"), ann.address)
    assert b"LOCATION:Room 2" in ann.text(OUT)


@pytest.fixture
def desk(town: Town, zone: Zone) -> PostOffice:
    """No listener: nobody else takes a stored mail."""
    core = town.core
    core.backend.clock = lambda: town.now
    town.strangers = "always"
    return PostOffice(town, Intake(core.backend, core.mail_book, core.run, prover=Prover(zone, core.run)))


@pytest.fixture
def eve(town: Town, desk: PostOffice) -> Person:
    """Eve, with an invitation from Zed."""
    eve = town.person("eve")
    assert desk.take(mail(asked().replace("bob@", "eve@")), eve.address).state == "applied"
    return eve


def test_without_an_answer_the_mail_is_tried_again(zone: Zone, town: Town, desk: PostOffice, eve: Person) -> None:
    zone.silent.add("k1._domainkey.example.net")
    raw, book = mail(MOVED, number=2), town.core.mail_book
    key = mail_key(raw, [eve.address])
    book.keep(key, ZED, [eve.address], raw, town.now)
    assert attempt(town, desk, again=False) == ("received", "no answer from the DNS")
    zone.silent.clear()
    assert attempt(town, desk, again=True) == ("applied", "REQUEST T2")
    assert b"LOCATION:Room 2" in eve.text(OUT)


def test_a_dns_that_never_answers_leaves_the_mail_to_the_person(
    zone: Zone, town: Town, desk: PostOffice, eve: Person
) -> None:
    zone.silent.add("k1._domainkey.example.net")
    raw = mail(MOVED, number=2)
    town.core.mail_book.keep(mail_key(raw, [eve.address]), ZED, [eve.address], raw, town.now)
    results = [attempt(town, desk, again=number > 0) for number in range(ATTEMPTS)]
    assert results[:-1] == [("received", "no answer from the DNS")] * (ATTEMPTS - 1)
    assert results[-1] == ("parked", "the sender is not proven")
    with psycopg.connect(town.url) as connection:
        doubts = connection.execute("SELECT sender->>'doubt' FROM inbound_mail WHERE state = 'parked'").fetchall()
    assert doubts == [("unanswered",)]


def attempt(town: Town, post: PostOffice, *, again: bool) -> tuple[str, str]:
    """Tries the stored mail once, when it is due."""
    claimed = town.core.mail_book.claim(town.now, again=again)
    assert claimed is not None
    verdict = asyncio.run(post.intake.take(claimed))
    town.now = claimed.until
    return verdict.state, verdict.reason


@contextmanager
def dns_server(zone: Zone) -> Iterator[tuple[int, list[str]]]:
    """A name server on a socket of its own: its port, and the names that it was asked for."""
    asked: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                data, client = server.recvfrom(4096)
                if not data:
                    return
                query = dns.message.from_wire(data)
                question = query.question[0]
                name = question.name.to_text(omit_final_dot=True)
                asked.append(name)
                if name in zone.silent:
                    continue
                reply = dns.message.make_response(query)
                reply.flags |= dns.flags.RA
                records = zone.records.get(name)
                if records is None:
                    reply.set_rcode(dns.rcode.NXDOMAIN)
                else:
                    # A record of more than 255 bytes is several strings.
                    texts = [
                        " ".join(f'"{each[i : i + 200].decode()}"' for i in range(0, len(each), 200))
                        for each in records
                    ]
                    reply.answer.append(dns.rrset.from_text(question.name, 300, "IN", "TXT", *texts))
                server.sendto(reply.to_wire(), client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], asked
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
                ending.sendto(b"", server.getsockname())
            thread.join(NET)


def test_records_come_from_a_real_name_server_and_are_remembered() -> None:
    record = key_record(rsa_key(4096))
    name = "k1._domainkey.example.net"
    with dns_server(Zone({name: [record]})) as (port, asked):
        names = DnsRecords(["127.0.0.1"], port)

        async def ask() -> list[object]:
            return [await names.txt(name), await names.txt(name), await names.txt("none.example.net")]

        assert asyncio.run(ask()) == [(record,), (record,), ()]
        assert asked == [name, "none.example.net"]


def test_records_are_bounded_and_remembered_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = "televent.adapters.email.proving.resolver"
    # A slow machine answers as well.
    monkeypatch.setattr(f"{resolver}.LIFETIME", NET)
    name, long, many = (f"{each}.example.net" for each in ("a", "long", "many"))
    records = {name: [b"v=1"], long: [b"x" * (MAX_RECORD + 500)], many: [b"%d" % n for n in range(MAX_RECORDS + 5)]}
    with dns_server(Zone(dict(records))) as (port, asked):
        names = DnsRecords(["127.0.0.1"], port)
        assert [len(each) for each in asyncio.run(names.txt(long))] == [MAX_RECORD + 1]
        assert len(asyncio.run(names.txt(many))) == MAX_RECORDS

        async def again(*wanted: str) -> list[str]:
            """The names that are asked of the server."""
            asked.clear()
            for each in wanted:
                await names.txt(each)
            return list(asked)

        assert asyncio.run(again(name, name)) == [name]
        # The name that was remembered first goes.
        monkeypatch.setattr(f"{resolver}.MAX_REMEMBERED", 3)
        assert asyncio.run(again("none.example.net", name, long)) == ["none.example.net", long]
        monkeypatch.setattr(f"{resolver}.MAX_AGE", 0.0)
        assert asyncio.run(again(many, many)) == [many, many]


def test_a_domain_that_gave_no_answer_is_not_asked_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("televent.adapters.email.proving.resolver.LIFETIME", 0.2)
    first = "a._domainkey.example.net"
    with dns_server(Zone(silent={first})) as (port, asked):
        names = DnsRecords(["127.0.0.1"], port)

        async def ask() -> None:
            for name in (first, "b._domainkey.example.net", "_dmarc.mail.example.net"):
                with pytest.raises(NoAnswer):
                    await names.txt(name)
            assert await names.txt("k1._domainkey.example.org") == ()

        asyncio.run(ask())
        assert set(asked) == {first, "k1._domainkey.example.org"}


def test_names_that_no_server_can_hold_have_no_records() -> None:
    names = DnsRecords(["127.0.0.1"], 1)
    for name in ("a..example.net", "x" * 70 + ".example.net", ".".join(["abcdefgh"] * 40)):
        assert asyncio.run(names.txt(name)) == ()
