"""A person was erased: in copies of others a placeholder stands for them, nobody is told, and the meetings go on."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from support.as_bytes import read_parts
from support.followers import catch_up
from support.town import Person, Town, meeting
from televent.adapters.postgres.dav_index.inline_rows import TABLES
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.application.conditions import Conditions
from televent.application.refusals import PreconditionFailed
from televent.application.use_cases.calendars.sharing import answer_share, share_calendar
from televent.application.use_cases.events.trash import restore_event
from televent.application.use_cases.people.accounts import erase_account, open_account, verify_address
from televent.application.use_cases.people.forgetting import do_errand
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.commands.checkup_queues import queues
from televent.domain.ids import AccountId
from televent.ical.itip.people import attendees_of
from televent.ical.text.tree import Property
from televent.runtime.workers.grace import context_of, forget_one

pytestmark = pytest.mark.own_database

ZED = "zed@example.net"
OWN, BOBS, ELSEWHERE, TRASHED = "own@example.com", "bobs@example.com", "zeds@example.net", "trashed@example.com"
# A folded line may break a word in two.
ROWS = r"""SELECT shown FROM (
        SELECT regexp_replace(lower(each::text), '[\\]+015[\\]+012 ', '', 'g') AS shown FROM {} AS each) AS rows
    WHERE shown ~ %s AND position(%s in shown) = 0"""
QUERY = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"


@pytest.fixture
def people(town: Town) -> tuple[Person, Person, Person]:
    """Ann, Bob and Cat: meetings that Ann, Bob and somebody elsewhere organize, one in the trash, and shares."""
    town.core.backend.clock = lambda: town.now
    backend = town.core.backend
    ann = Person(town, AccountId(uuid4()), "annaquill@example.com")
    open_account(backend, ann.context(), telegram_id=7_700_012_345, name="Annaquill")
    verify_address(backend, ann.context(), address=ann.address, code=None)
    bob, cat = town.person("bob"), town.person("cat")
    three = (ann.address, bob.address, cat.address)
    # Zed is a guest by mail. Nobody writes to that address when Ann is gone.
    ann.put(meeting(people=(*three, ZED), organizer=ann.address, uid=OWN), href="own.ics")
    town.carry()
    answer(bob, OWN, "ACCEPTED")
    bob.put(
        meeting("X-PEOPLE:mailto:Annaquill@example.com", people=three, organizer=bob.address, uid=BOBS), href="b.ics"
    )
    town.carry()
    answer(ann, BOBS, "TENTATIVE")
    chat = "ATTENDEE;CN=Annaquill;EMAIL=annaquill@example.com:mailto:tg_7700012345@televent.internal"
    for person in (bob, cat):
        delegate = f'ATTENDEE;DELEGATED-FROM="mailto:{ann.address}":mailto:{person.address}'
        person.put(meeting(people=(delegate, chat), organizer=ZED, uid=ELSEWHERE), href="zed.ics")
    bob.put(meeting(people=three, organizer=bob.address, uid=TRASHED), href="t.ics")
    town.carry()
    bob.delete("t.ics")
    town.carry()
    for one, other in ((ann, bob), (bob, ann)):
        sharee = backend.people.account(other.tenant)
        share_calendar(backend, one.context(), name="default", sharee=sharee, access="read", known_by=other.address)
        (row,) = town.core.reads.shares_of(other.tenant)
        answer_share(backend, other.context(), share_id=row.share_id, accept=True)
    town.carry()
    catch_up(town.core)
    with psycopg.connect(town.url) as connection:
        connection.execute("DELETE FROM outbox")
    return ann, bob, cat


def answer(person: Person, uid: str, partstat: str) -> None:
    stream_id = person.row(uid).stream_id
    answer_invitation(
        person.town.core.backend, person.context(), stream_id=stream_id, partstat=partstat, recurrence_id=None
    )
    person.town.carry()


def erase(town: Town, person: Person) -> None:
    """Erases the person, and takes them out of all copies, as a worker does within the next moments."""
    erase_account(town.core.backend, person.context())
    forget_all(town)


def forget_all(town: Town) -> None:
    while forget_one(town.core):
        pass


def naming(town: Town, words: str, *, tenant: AccountId) -> dict[str, list[str]]:
    """The rows of others than ``tenant`` with one of these words, whatever the column's type, by table."""
    found = {}
    with psycopg.connect(town.url) as connection:
        connection.execute("SET bytea_output = 'escape'")
        for (name,) in connection.execute(QUERY).fetchall():
            text = sql.SQL(
                "SELECT each::text FROM {} AS each WHERE lower(each::text) ~ %s AND position(%s in each::text) = 0"
            )
            rows = connection.execute(text.format(sql.Identifier(name)), (words, str(tenant))).fetchall()
            if rows:
                found[name] = [row for (row,) in rows]
    return found


def guests(person: Person, uid: str) -> dict[str, Property]:
    """The lines of the guests in a copy, by address."""
    master = read_parts(person.text(uid)).master
    assert master is not None
    return attendees_of(master)


def placeholder(person: Person, uid: str, name: str = "ATTENDEE") -> Property:
    """The line of the placeholder in a copy; fails where there is none, or several."""
    master = read_parts(person.text(uid)).master
    assert master is not None
    (found,) = [each for each in master.all(name) if each.param("CN") == "Deleted user"]
    return found


def test_nothing_of_others_names_who_was_erased(town: Town, people: tuple[Person, Person, Person]) -> None:
    ann, bob, cat = people
    before = naming(town, "annaquill|7700012345", tenant=ann.tenant)
    assert {"resource", "company"} <= set(before)
    with psycopg.connect(town.url) as connection:
        shown = connection.execute("SELECT owner_name FROM mount WHERE tenant_id = %s", (bob.tenant,)).fetchall()
    assert shown == [("Annaquill",)]
    erase(town, ann)
    catch_up(town.core)
    assert naming(town, "annaquill|7700012345", tenant=ann.tenant) == {}
    with psycopg.connect(town.url) as connection:
        shown = connection.execute(
            "SELECT owner_name, title, status, notice FROM mount WHERE tenant_id = %s", (bob.tenant,)
        ).fetchall()
        shares = connection.execute("SELECT shares FROM calendar WHERE tenant_id = %s", (bob.tenant,)).fetchall()
    assert shown == [("", "", "ended", "")]
    assert [each for (each,) in shares if each] == []
    assert town.owed() == []
    for person, uid in ((bob, OWN), (bob, BOBS), (bob, ELSEWHERE), (cat, OWN), (cat, BOBS), (cat, ELSEWHERE)):
        assert b"SUMMARY:Sync" in person.text(uid)
        assert b"Deleted user" in person.text(uid)


def test_the_placeholder_is_one_in_a_meeting_and_another_in_the_next(
    town: Town, people: tuple[Person, Person, Person]
) -> None:
    ann, bob, cat = people
    erase(town, ann)
    guest = {uid: [placeholder(each, uid).value for each in (bob, cat)] for uid in (OWN, BOBS, ELSEWHERE)}
    assert [len(set(each)) for each in guest.values()] == [1, 1, 1]
    assert len({each[0] for each in guest.values()}) == 3
    organizer = placeholder(bob, OWN, "ORGANIZER")
    assert organizer.value == placeholder(bob, OWN).value
    assert organizer.value.endswith("@televent.internal")
    assert organizer.param("SCHEDULE-AGENT") == "NONE"
    assert placeholder(bob, BOBS).param("PARTSTAT") == "TENTATIVE"
    erase(town, cat)
    assert len([each for each in guests(bob, BOBS) if each.startswith("deleted-")]) == 2


def test_apps_see_the_change_and_an_old_text_does_not_come_back(
    town: Town, people: tuple[Person, Person, Person]
) -> None:
    ann, bob, _ = people
    old, row = bob.text(BOBS), bob.row(BOBS)
    erase(town, ann)
    new = bob.row(BOBS)
    assert new.etag != row.etag
    assert new.schedule_tag != row.schedule_tag
    assert new.seq > row.seq
    for stale in (Conditions(if_match=(row.etag,)), Conditions(if_schedule_tag_match=row.schedule_tag)):
        with pytest.raises(PreconditionFailed):
            bob.put(old, href="b.ics", conditions=stale)


def test_the_meetings_go_on_and_nothing_is_sent_to_the_placeholder(
    town: Town, people: tuple[Person, Person, Person]
) -> None:
    ann, bob, cat = people
    erase(town, ann)
    # Bob is a guest of a meeting without an organizer: the answer stays with Bob.
    answer(bob, OWN, "DECLINED")
    bob.delete(bob.row(OWN).href)
    # Bob's own card shows the answer, and nobody else hears of it.
    assert [(each["kind"], each["what"]) for each in town.owed()] == [("invite_notification", "answered")]
    # Bob's own meeting is changed and cancelled for Cat alone.
    bob.put(bob.text(BOBS).replace(b"SUMMARY:Sync", b"SUMMARY:Later"), href="b.ics")
    town.carry()
    assert b"SUMMARY:Later" in cat.text(BOBS)
    assert placeholder(cat, BOBS).value == placeholder(bob, BOBS).value
    answer(cat, BOBS, "ACCEPTED")
    assert guests(bob, BOBS)[cat.address].param("PARTSTAT") == "ACCEPTED"
    bob.delete("b.ics")
    town.carry()
    assert b"STATUS:CANCELLED" in cat.text(BOBS)
    assert {each["kind"] for each in town.owed()} == {"invite_notification", "rsvp_notification"}


def test_who_restores_a_meeting_gets_it_with_the_placeholder(town: Town, people: tuple[Person, Person, Person]) -> None:
    ann, bob, cat = people
    # In one the erased person was invited by the owner; in the other somebody else invited both.
    cat.delete("zed.ics", reply=False)
    found = []
    with psycopg.connect(town.url) as connection:
        query = "SELECT stream_id FROM resource WHERE tenant_id = %s AND uid = %s"
        for person, uid in ((bob, TRASHED), (cat, ELSEWHERE)):
            (stream_id,) = connection.execute(query, (person.tenant, uid)).fetchone() or (None,)
            found.append((person, uid, stream_id))
    erase(town, ann)
    for person, uid, stream_id in found:
        restore_event(town.core.backend, person.context(), stream_id=stream_id)
        assert b"annaquill" not in person.text(uid).lower()
        assert placeholder(person, uid).value.startswith("mailto:deleted-")


def test_an_errand_that_is_done_twice_changes_nothing_and_an_end_in_the_middle_is_made_up_for(
    town: Town, people: tuple[Person, Person, Person]
) -> None:
    ann, bob, _ = people
    erase_account(town.core.backend, ann.context())
    taken = town.core.erased_people.next(town.now)
    assert taken is not None
    # Its worker ends here: for a minute nobody else takes it.
    assert not forget_one(town.core)
    assert b"annaquill" in bob.text(BOBS).lower()
    town.now += timedelta(minutes=1)
    forget_all(town)
    assert b"annaquill" not in bob.text(BOBS).lower()
    before = bob.row(BOBS).etag, facts_of_others(town, ann)
    do_errand(town.core.backend, taken, lambda tenant: context_of(town.core, tenant))
    assert (bob.row(BOBS).etag, facts_of_others(town, ann)) == before


def facts_of_others(town: Town, person: Person) -> int:
    """The number of all facts of others."""
    with psycopg.connect(town.url) as connection:
        row = connection.execute("SELECT count(*) FROM event WHERE tenant_id <> %s", (person.tenant,)).fetchone()
    assert row is not None
    return int(row[0])


def test_a_day_later_what_came_back_is_found_and_nothing_of_the_person_is_left(
    town: Town, people: tuple[Person, Person, Person]
) -> None:
    ann, bob, _ = people
    old = bob.text(ELSEWHERE)
    erase(town, ann)
    # An app without conditions writes its old text back.
    bob.put(old, href="zed.ics")
    assert b"annaquill" in bob.text(ELSEWHERE).lower()
    town.now += timedelta(hours=23)
    assert not forget_one(town.core)
    town.now += timedelta(hours=2)
    forget_all(town)
    assert b"annaquill" not in bob.text(ELSEWHERE).lower()
    with psycopg.connect(town.url) as connection:
        assert connection.execute("SELECT count(*) FROM erased_person").fetchone() == (0,)
    town.now += timedelta(days=2)
    assert not forget_one(town.core)


def test_a_copy_that_cannot_be_changed_is_tried_each_day(town: Town, people: tuple[Person, Person, Person]) -> None:
    ann, bob, _ = people
    stream = bob.row(BOBS).stream_id
    rename = "UPDATE event SET topic = %s WHERE tenant_id = %s AND stream_id = %s AND version = 1"
    with psycopg.connect(town.url) as connection:
        query = "SELECT topic FROM event WHERE tenant_id = %s AND stream_id = %s AND version = 1"
        (topic,) = connection.execute(query, (bob.tenant, stream)).fetchone() or (None,)
        connection.execute(rename, ("from-a-later-program/1", bob.tenant, stream))
    erase(town, ann)
    for _ in range(2):
        town.now += timedelta(days=1)
        forget_all(town)
        assert b"annaquill" in bob.text(BOBS).lower()
        assert not doctor(town)
    with psycopg.connect(town.url) as connection:
        connection.execute(rename, (topic, bob.tenant, stream))
    town.now += timedelta(days=1)
    forget_all(town)
    assert b"annaquill" not in bob.text(BOBS).lower()
    town.now += timedelta(days=1)
    forget_all(town)
    with psycopg.connect(town.url) as connection:
        assert connection.execute("SELECT count(*) FROM erased_person").fetchone() == (0,)
    assert doctor(town)


def doctor(town: Town) -> bool:
    """Whether all is well with erasures, as ``televent doctor`` sees it."""
    with psycopg.connect(town.url) as connection:
        return next(good for name, good, _ in queues(connection) if name == "erasures")


def test_who_comes_back_with_a_new_account_is_no_placeholder(town: Town, people: tuple[Person, Person, Person]) -> None:
    ann, bob, _ = people
    erase(town, ann)
    again = Person(town, AccountId(uuid4()), ann.address)
    open_account(town.core.backend, again.context(), telegram_id=7_700_012_345, name="Annaquill")
    verify_address(town.core.backend, again.context(), address=ann.address, code=None)
    bob.put(meeting(people=(again.address, bob.address), organizer=bob.address, uid="new@example.com"), href="n.ics")
    town.carry()
    town.now += timedelta(days=2)
    forget_all(town)
    assert again.address in guests(bob, "new@example.com")
    assert again.rows("new@example.com") != []
    assert again.rows(BOBS) == []


def test_rows_of_others_about_the_person_are_emptied_and_those_about_others_stay(
    town: Town, people: tuple[Person, Person, Person]
) -> None:
    ann, bob, _ = people
    with psycopg.connect(town.url) as connection:
        for address in (ann.address, "tg_7700012345@televent.internal", "annaquill@example.com.evil.example"):
            sender = json.dumps({"address": address, "proven": False, "speaks_for": [], "name": "Annaquill"})
            at, stream = town.now, uuid4()
            for statement, values in (
                ("INSERT INTO event_mail VALUES (%s, %s, 'k', 'REPLY', 'applied', '', 'none', %s, %s)", (sender, at)),
                ("INSERT INTO sent_mail (tenant_id, stream_id, recipient, version) VALUES (%s, %s, %s, 1)", (address,)),
                ("INSERT INTO guest_address (tenant_id, token, uid, address) VALUES (%s, %s, 'u', %s)", (address,)),
                ("INSERT INTO reply_token (tenant_id, token, uid, attendee) VALUES (%s, %s, 'u', %s)", (address,)),
                (
                    "INSERT INTO answer_link (tenant_id, token, stream_id, expires_at, purpose)"
                    " VALUES (%s, %s, gen_random_uuid(), now(), 'guest:' || %s)",
                    (address,),
                ),
            ):
                connection.execute(statement, (bob.tenant, stream, *values))
            for state in ("completed", "failed", "pending"):
                connection.execute(
                    "INSERT INTO outbox (tenant_id, outbox_id, kind, key, payload, correlation_id, state, due_at,"
                    " created_at, finished_at) VALUES (%s, %s, 'push/1', %s, %s, '', %s, %s, %s, %s)",
                    (bob.tenant, uuid4(), uuid4().hex, json.dumps({"to": address}), state, *[town.now] * 3),
                )
    erase(town, ann)
    left = naming(town, "annaquill|7700012345", tenant=ann.tenant)
    stranger = "annaquill@example.com.evil.example"
    # A message that waits is still delivered; and an address that only looks like theirs is somebody else's.
    queued = left.pop("outbox")
    assert [each for each in queued if "pending" not in each and stranger not in each] == []
    assert len([each for each in queued if stranger in each]) == 3
    assert {name: len(rows) for name, rows in left.items()} == {
        "event_mail": 1, "sent_mail": 1, "guest_address": 1, "reply_token": 1, "answer_link": 1,
    }  # fmt: skip
    assert all(stranger in row for rows in left.values() for row in rows)


def test_a_person_with_more_meetings_than_a_page(town: Town, people: tuple[Person, Person, Person]) -> None:
    ann, bob, _ = people
    for number in range(120):
        text = meeting(people=(bob.address, ann.address), organizer=ZED, uid=f"{number}@example.net")
        bob.put(text, href=f"{number}.ics")
    pages = 0
    erase_account(town.core.backend, ann.context())
    while forget_one(town.core):
        pages += 1
    assert pages > 1
    assert naming(town, "annaquill", tenant=ann.tenant) == {}


def test_the_rows_are_what_the_facts_say(town: Town, people: tuple[Person, Person, Person]) -> None:
    ann, _, _ = people
    erase(town, ann)
    catch_up(town.core)
    core = town.core
    differing = [rebuild(core.pool, core.store.facts, name, lambda done, total: None).differing for name in TABLES]
    assert differing == [0, 0, 0]
