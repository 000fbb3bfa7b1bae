"""iTIP messages that come late, twice, unrequested or by mail: RFC 5546 §2.1.5 and §3.2."""

from collections.abc import Sequence

import psycopg
import pytest

from support.town import Person, Town, meeting
from televent.adapters.postgres.dav_index.read_store import PostgresReads
from televent.domain.ids import AccountId


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


def message(method: str, *lines: str, sequence: int = 0, second: int = 0, people: tuple[str, ...] = ()) -> bytes:
    """The iTIP message of Ann, who has no account here and sends it by mail."""
    text = meeting(*lines, f"SEQUENCE:{sequence}", people=people or ("bob@example.com",))
    text = text.replace(b"DTSTAMP:20261101T080000Z", b"DTSTAMP:20261101T0800%02dZ" % second)
    return text.replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:" + method.encode())


def answer(address: str, partstat: str = "ACCEPTED", *, second: int = 0) -> bytes:
    line = f"ATTENDEE;PARTSTAT={partstat}:mailto:{address}"
    return message("REPLY", second=second, people=(line,))


def test_a_request_that_its_cancel_has_overtaken_makes_no_meeting(bob: Person) -> None:
    early = bob.receive(message("CANCEL", "STATUS:CANCELLED", sequence=1, second=5))
    assert (early.changed, early.reason, early.stream_id) == (False, "unknown-uid", None)
    late = bob.receive(message("REQUEST", sequence=0, second=0))
    assert (late.changed, late.reason) == (False, "stale")
    assert bob.rows() == []
    assert bob.receive(message("REQUEST", sequence=2, second=9)).changed
    assert bob.says(bob) == "NEEDS-ACTION"


def test_a_late_message_does_not_bring_back_a_deleted_copy(bob: Person) -> None:
    bob.receive(message("REQUEST", sequence=3, second=5))
    bob.delete()
    assert bob.receive(message("REQUEST", sequence=2, second=0)).reason == "stale"
    assert bob.receive(message("REQUEST", sequence=3, second=5)).reason == "duplicate"
    assert bob.rows() == []
    assert bob.receive(message("REQUEST", "DTSTART:20261202T100000Z", sequence=4, second=9)).changed
    assert b"DTSTART:20261202T100000Z" in bob.text()


def test_what_a_client_stored_and_deleted_is_remembered_too(bob: Person) -> None:
    bob.put(meeting("SEQUENCE:3", people=("bob@example.com",)))
    bob.receive(message("REQUEST", "SUMMARY:Talk", sequence=3, second=5))
    bob.delete()
    assert bob.receive(message("REQUEST", sequence=2, second=0)).reason == "stale"
    assert bob.rows() == []


def test_a_cancel_of_a_deleted_meeting_is_remembered_once(town: Town, bob: Person) -> None:
    bob.receive(message("REQUEST", second=0))
    bob.delete()
    cancel = message("CANCEL", "STATUS:CANCELLED", sequence=1, second=5)
    for _ in range(3):
        assert not bob.receive(cancel).changed
    assert bob.receive(message("REQUEST", sequence=0, second=3)).reason == "stale"
    with psycopg.connect(town.url) as connection:
        query = "SELECT count(*) FROM event WHERE topic = 'message-set-aside/1' AND tenant_id = %s"
        assert connection.execute(query, (bob.tenant,)).fetchone() == (1,)


def test_a_request_that_comes_twice_is_applied_once(town: Town, bob: Person) -> None:
    request = message("REQUEST")
    assert bob.receive(request).changed
    seq = bob.row().seq
    again = bob.receive(request)
    assert (again.changed, again.reason) == (False, "duplicate")
    assert bob.row().seq == seq
    assert len(town.owed("invite_notification")) == 1


def test_an_answer_that_stands_is_told_again(town: Town, bob: Person) -> None:
    bob.receive(message("REQUEST", sequence=0, second=0))
    bob.answer("ACCEPTED")
    (first,) = town.owed("calendar_reply")
    bob.receive(message("REQUEST", sequence=1, second=5))
    assert bob.says(bob) == "ACCEPTED"
    replies = {each["text"] for each in town.owed("calendar_reply")} - {first["text"]}
    assert len(replies) == 1
    again = replies.pop()
    assert "PARTSTAT=ACCEPTED" in again
    assert "SEQUENCE:1" in again
    # Both were written in one second; the organizer must still see which one is later.
    assert "DTSTAMP:20261121T120000Z" in first["text"]
    assert "DTSTAMP:20261121T120001Z" in again


def test_who_was_not_asked_changes_nothing_but_is_reported_once(town: Town, bob: Person) -> None:
    own = meeting(people=("cy@example.com",), organizer="bob@example.com")
    bob.put(own)
    before = bob.row()
    crashing = answer("eve@example.com").replace(b"ORGANIZER:mailto:ann@", b"ORGANIZER:mailto:bob@")
    for _ in range(2):
        assert not bob.receive(crashing).changed
    assert bob.row() == before
    (notice,) = town.owed("uninvited_notification")
    assert (notice["summary"], notice["address"]) == ("Sync", "eve@example.com")


def test_an_attendee_who_lost_the_copy_gets_it_again(town: Town, bob: Person) -> None:
    bob.put(meeting(people=("cy@example.com", "dan@example.com"), organizer="bob@example.com"))
    asking = message("REFRESH", people=("cy@example.com",)).replace(b"mailto:ann@", b"mailto:bob@")
    bob.receive(asking)
    (sent,) = town.owed("calendar_update")
    assert (sent["recipient"], sent["method"]) == ("cy@example.com", "REQUEST")
    assert "DTSTAMP:20261121T120001Z" in sent["text"]
    bob.receive(asking.replace(b"cy@example.com", b"eve@example.com"))
    assert len(town.owed("calendar_update")) == 1


def test_a_proposal_of_another_time_leaves_the_meeting_as_it_is(bob: Person) -> None:
    bob.put(meeting(people=("cy@example.com",), organizer="bob@example.com"))
    before = bob.row()
    proposed = message(
        "COUNTER", "DTSTART:20261203T100000Z", people=("ATTENDEE;PARTSTAT=TENTATIVE:mailto:cy@example.com",)
    )
    assert bob.receive(proposed.replace(b"mailto:ann@", b"mailto:bob@")).changed
    assert not bob.receive(proposed.replace(b"mailto:ann@", b"mailto:bob@")).changed
    assert bob.row() == before


def test_a_proposal_that_is_declined_leaves_the_copy_as_it_is(bob: Person) -> None:
    bob.receive(message("REQUEST"))
    before = bob.row()
    declined = bob.receive(message("DECLINECOUNTER", second=5))
    assert (declined.changed, declined.reason) == (False, "counter-declined")
    assert bob.row() == before


def test_the_same_uid_from_somebody_else_is_not_applied(bob: Person) -> None:
    bob.receive(message("REQUEST"))
    foreign = message("REQUEST", "SUMMARY:Taken", sequence=9, second=9).replace(b"mailto:ann@", b"mailto:eve@")
    assert bob.receive(foreign).reason == "not-organizer"
    assert b"SUMMARY:Sync" in bob.text()


def test_a_meeting_of_five_hundred_asks_once_who_they_are(
    town: Town, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    many = PostgresReads.accounts_of

    def counted(
        reads: PostgresReads, telegram_ids: list[int], addresses: list[str], tenants: Sequence[AccountId] = ()
    ) -> object:
        asked.append(len(telegram_ids) + len(addresses) + len(tenants))
        return many(reads, telegram_ids, addresses, tenants)

    monkeypatch.setattr(PostgresReads, "accounts_of", counted)
    cy = town.person("cy")
    people = ("cy@example.com", "tg_99@televent.internal", *(f"guest{each}@example.com" for each in range(498)))
    bob.put(meeting(people=people, organizer="bob@example.com"))
    assert asked == [500]
    assert cy.says(cy) == "NEEDS-ACTION"
    assert len(town.owed("calendar_change")) == 498
    assert bob.says("guest497@example.com", name="SCHEDULE-STATUS") == "1.1"
    assert bob.says("tg_99@televent.internal", name="SCHEDULE-STATUS") == "3.7"


def test_people_are_found_by_every_address_they_have(town: Town, bob: Person) -> None:
    backend = town.core.backend
    account = backend.people.account(bob.tenant)
    names = [name for name in backend.people.addresses_of(account) if "@" in name]
    assert len(names) == 3
    found = backend.people.accounts_of_addresses([*names, "nobody@example.com", "tg_1@televent.internal"])
    assert found == dict.fromkeys(names, account)
    assert backend.people.accounts_of_addresses([]) == {}


def test_a_uid_is_found_alive_rather_than_buried(town: Town, bob: Person) -> None:
    reads = town.core.reads
    text = b"\r\n".join(line for line in meeting(people=()).split(b"\r\n") if not line.startswith(b"ORGANIZER"))
    bob.put(text, "one.ics")
    bob.delete("one.ics")
    buried = reads.latest_by_uid(bob.tenant, "sync@example.com")
    assert buried is not None
    assert (buried.href, buried.deleted) == ("one.ics", True)
    bob.put(text, "two.ics")
    alive = reads.latest_by_uid(bob.tenant, "sync@example.com")
    assert alive is not None
    assert (alive.href, alive.deleted) == ("two.ics", False)
    assert reads.latest_by_uid(bob.tenant, "none@example.com") is None
