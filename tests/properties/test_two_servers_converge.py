"""Two servers exchange real mail that is lost, doubled and reordered. When all has come, both have the same meeting.

These things hold, and no more is promised:

- A mail that the relay refuses, or whose 250 is lost, stays in the sender's outbox and is sent again. So it comes at
  least once. A mail that is lost after its 250 is gone: only a later mail about the same meeting mends that, because
  it has everything that the guest was not told. No program on either side can know of such a loss, so no test asks
  for more.
- When every mail has come, each guest's copy has the organizer's times, title, place, status and SEQUENCE, and the
  organizer has each guest's answers.
- Each change rings once at most, and nothing stays untold.
- The mails end: no mail is answered for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from support.meeting_views import differences, seen, sequences
from support.postgres import TestServer, as_url
from support.sent_mail import parse_mail
from support.town import Person
from support.two_servers import Servers, Side, open_servers
from televent.application.refusals import UnsplittableSeries
from televent.application.use_cases.events.change_event import change_event
from televent.application.use_cases.events.remove_event import remove_event
from televent.application.use_cases.events.remove_guest import remove_guest
from televent.application.use_cases.events.which import Scope, Which
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.application.use_cases.scheduling.meetings import Draft, invite, schedule_meeting
from televent.application.use_cases.scheduling.news import answers_of, news_of
from televent.application.use_cases.scheduling.proposals import (
    accept_proposal,
    decline_proposal,
    open_proposals,
    propose_time,
)
from televent.domain.refusal import Refusal
from televent.ical.editing.changes import EventChange

ZED = "zed@example.org"
KINDS = ("single", "day", "weekly", "zoned")
START = datetime(2026, 12, 1, 10, tzinfo=UTC)
ANSWERS = st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE"])
GUESTS = st.sampled_from(["bob", "dan", "cy"])
PLACES = st.integers(0, 3)
"""Which of the occurrences is meant."""


@pytest.fixture(scope="module")
def servers(postgres_server: TestServer, migrated_template: str) -> Iterator[Servers]:
    names = [postgres_server.create(template=migrated_template) for _ in range(2)]
    with open_servers(*(as_url(postgres_server.to(name)) for name in names)) as servers:
        yield servers
    for name in names:
        postgres_server.drop(name)


class Correspondence(RuleBasedStateMachine):
    """Ann here invites Cy here, Bob and Dan there, and Zed elsewhere."""

    def __init__(self, servers: Servers) -> None:
        super().__init__()
        self.servers = servers
        servers.forget()
        self.ann, self.cy = (servers.here.person(name) for name in ("ann", "cy"))
        self.bob, self.dan = (servers.there.person(name) for name in ("bob", "dan"))
        self.guests = {"bob": self.bob, "dan": self.dan, "cy": self.cy}
        self.uids: list[str] = []
        self.streams: dict[str, UUID] = {}
        self.acts = 0
        self.removed = False
        self.left: set[str] = set()

    def teardown(self) -> None:
        if not self.uids:
            return
        self.servers.drain(newest_first=True)
        self.check()

    # Ann

    @initialize(kind=st.sampled_from(KINDS), zed=st.booleans())
    def organize(self, kind: str, zed: bool) -> None:
        start: Any = START
        end: Any = START + timedelta(hours=1)
        if kind == "day":
            start, end = date(2026, 12, 1), date(2026, 12, 2)
        row = schedule_meeting(
            self.servers.here.town.core.backend,
            self.ann.context(),
            draft=Draft(
                "Sync",
                start,
                end,
                "Europe/Berlin" if kind == "zoned" else "UTC",
                attendees=(self.bob.address, self.cy.address, *([ZED] if zed else [])),
                rrule="FREQ=WEEKLY;COUNT=4" if kind in ("weekly", "zoned") else None,
            ),
        )
        self.meets(row.stream_id)

    def meets(self, stream: UUID) -> None:
        row = self.servers.here.town.core.reads.by_stream(self.ann.tenant, stream)
        assert row is not None
        uid = row.text.reading.uid
        if uid not in self.streams:
            self.uids.append(uid)
            self.streams[uid] = stream
        self.work()

    def work(self) -> None:
        self.acts += 1
        self.servers.pass_time(1)
        self.servers.work()

    def which(self, meeting: int, place: int | None, scope: Scope) -> Which | None:
        """One of Ann's meetings, or one of its occurrences; None where it is not there any more."""
        uid = self.uids[meeting % len(self.uids)]
        text = self.text(self.ann, uid)
        rids = sorted(seen(text, self.own(self.ann)))
        if not rids:
            return None
        if place is None or rids == [""]:
            return Which(self.streams[uid])
        return Which(self.streams[uid], rids[place % len(rids)], scope)

    def own(self, person: Person) -> str:
        account = self.servers.here.town.core.backend.people.account(person.tenant)
        return self.servers.here.town.core.backend.people.own_address(account)

    def change(self, meeting: int, place: int | None, scope: Scope, change: EventChange) -> None:
        which = self.which(meeting, place, scope)
        if which is None:
            return
        backend = self.servers.here.town.core.backend
        with suppress(UnsplittableSeries):
            self.meets(change_event(backend, self.ann.context(), which=which, change=change).stream_id)

    @rule(meeting=st.integers(0, 1), place=st.none() | PLACES, title=st.sampled_from(["Sync", "Talk", "Review"]))
    def rename(self, meeting: int, place: int | None, title: str) -> None:
        self.change(meeting, place, Scope.THIS, EventChange(title=title))

    @rule(meeting=st.integers(0, 1), place=st.none() | PLACES, where=st.sampled_from(["", "Room 1", "Room 2"]))
    def relocate(self, meeting: int, place: int | None, where: str) -> None:
        self.change(meeting, place, Scope.THIS, EventChange(place=where))

    @rule(
        meeting=st.integers(0, 1),
        place=st.none() | PLACES,
        days=st.sampled_from([-1, 1]),
        scope=st.sampled_from([Scope.THIS, Scope.THIS, Scope.FOLLOWING]),
    )
    def move(self, meeting: int, place: int | None, days: int, scope: Scope) -> None:
        self.change(meeting, place, scope, EventChange(by=timedelta(days=days)))

    @rule(
        meeting=st.integers(0, 1),
        place=st.none() | PLACES,
        scope=st.sampled_from([Scope.THIS, Scope.THIS, Scope.THIS, Scope.FOLLOWING]),
    )
    def cancel(self, meeting: int, place: int | None, scope: Scope) -> None:
        which = self.which(meeting, place, scope)
        if which is not None:
            remove_event(self.servers.here.town.core.backend, self.ann.context(), which=which)
            self.work()

    @rule(meeting=st.integers(0, 1), who=GUESTS)
    def invite_or_remove(self, meeting: int, who: str) -> None:
        which = self.which(meeting, None, Scope.ALL)
        if which is None:
            return
        uid = next(uid for uid, stream in self.streams.items() if stream == which.stream_id)
        backend, address = self.servers.here.town.core.backend, self.guests[who].address
        if seen(self.text(self.ann, uid), address):
            self.removed = True
            remove_guest(backend, self.ann.context(), which=which, address=address)
        else:
            invite(backend, self.ann.context(), stream_id=which.stream_id, addresses=[address])
        self.work()

    @rule(place=st.integers(0, 3), accepts=st.booleans())
    def decide(self, place: int, accepts: bool) -> None:
        backend = self.servers.here.town.core.backend
        waiting = [(s, each.proposal.key) for s in self.streams.values() for each in self.open(s)]
        if not waiting:
            return
        stream, key = waiting[place % len(waiting)]
        with suppress(Refusal):
            if accepts:
                accept_proposal(backend, self.ann.context(), stream_id=stream, proposal=key)
            else:
                decline_proposal(backend, self.ann.context(), stream_id=stream, proposal=key)
        self.work()

    def open(self, stream: UUID) -> list[Any]:
        return open_proposals(self.servers.here.town.core.backend, self.ann.tenant, stream)

    # Her guests

    @rule(
        meeting=st.integers(0, 1),
        who=GUESTS,
        partstat=ANSWERS,
        place=st.none() | PLACES,
        note=st.sampled_from([None, None, "Late"]),
    )
    def answer(self, meeting: int, who: str, partstat: str, place: int | None, note: str | None) -> None:
        found = self.invited(meeting, who, place)
        if found is not None:
            stream, rid = found
            person = self.guests[who]
            answer_invitation(
                self.side(person).town.core.backend,
                person.context(),
                stream_id=stream,
                partstat=partstat,
                recurrence_id=rid,
                comment=note,
            )
            self.work()

    @rule(meeting=st.integers(0, 1), who=GUESTS, place=PLACES, hours=st.integers(1, 3))
    def propose(self, meeting: int, who: str, place: int, hours: int) -> None:
        found = self.invited(meeting, who, place)
        if found is None:
            return
        stream, rid = found
        person = self.guests[who]
        start = START + timedelta(weeks=place, hours=hours)
        with suppress(Refusal):
            propose_time(
                self.side(person).town.core.backend,
                person.context(),
                stream_id=stream,
                start=start,
                end=start + timedelta(hours=1),
                recurrence_id=rid,
            )
        self.work()

    @rule(meeting=st.integers(0, 1), who=GUESTS, place=st.none() | PLACES)
    def leave(self, meeting: int, who: str, place: int | None) -> None:
        """A guest deletes an occurrence, or all, which declines it."""
        found = self.invited(meeting, who, place)
        if found is not None:
            stream, rid = found
            person = self.guests[who]
            self.left.add(person.address)
            which = Which(stream, rid, Scope.THIS) if rid is not None else Which(stream)
            remove_event(self.side(person).town.core.backend, person.context(), which=which)
            self.work()

    def invited(self, meeting: int, who: str, place: int | None) -> tuple[UUID, str | None] | None:
        uid, person = self.uids[meeting % len(self.uids)], self.guests[who]
        text = self.text(person, uid)
        rids = sorted(seen(text, person.address))
        if not rids:
            return None
        rid = None if place is None or rids == [""] else rids[place % len(rids)]
        return person.row(uid).stream_id, rid

    # The mail

    @rule(seconds=st.sampled_from([5, 31, 70]))
    def time_passes(self, seconds: int) -> None:
        self.servers.pass_time(seconds)
        self.servers.work()

    @rule(how=st.sampled_from(["", "refuses", "hangs up"]))
    def fail(self, how: str) -> None:
        self.servers.fail(how)

    @rule(place=st.integers(0, 5))
    def deliver(self, place: int) -> None:
        bag = self.servers.relay.bag
        if bag:
            self.servers.deliver_next(place % len(bag))
            self.servers.work()

    @rule(place=st.integers(0, 20))
    def deliver_twice(self, place: int) -> None:
        known = self.servers.relay.delivered
        if known:
            before = self.state()
            self.servers.deliver(known[place % len(known)])
            self.servers.work()
            assert self.state() == before

    @rule()
    def drain(self) -> None:
        self.servers.drain()
        self.check()

    # The checks

    def side(self, person: Person) -> Side:
        return self.servers.here if person.town is self.servers.here.town else self.servers.there

    def text(self, person: Person, uid: str) -> bytes | None:
        return person.text(uid) if person.rows(uid) else None

    def state(self) -> Any:
        """Everybody's copies and chats."""
        people = (self.ann, *self.guests.values())
        copies = [self.text(person, uid) for person in people for uid in self.uids]
        return copies, [[each.text for each in self.side(person).chats.of(person)] for person in people]

    def check(self) -> None:
        mails = len(self.servers.relay.delivered)
        self.servers.pass_time(300)
        self.servers.drain()
        assert len(self.servers.relay.delivered) == mails
        for uid in self.uids:
            mine = self.text(self.ann, uid)
            for name, guest in self.guests.items():
                theirs = self.text(guest, uid)
                assert differences(theirs, mine, guest.address) == [], (name, theirs, mine)
                if theirs and mine and seen(theirs, guest.address):
                    self.check_sequences(mine, theirs)
                    assert rule_of(theirs) == rule_of(mine)
            self.check_told(uid)
        changes = {str(parse_mail(each.raw)["Message-ID"]) for each in self.servers.relay.delivered}
        assert len(changes) <= 12 * self.acts, "too many mails"

    def check_sequences(self, mine: bytes, theirs: bytes) -> None:
        """A guest has the organizer's SEQUENCE. It may be lower where the mail that raised it was about one occurrence
        (RFC 5546 §2.1.4 counts for each component), or about another guest who was removed."""
        here, there = sequences(mine), sequences(theirs)
        if here.keys() == {""} and rule_of(mine) is None and not self.removed:
            assert there == here
        assert all(found <= here.get(rid, here[""]) for rid, found in there.items()), (theirs, mine)

    def check_told(self, uid: str) -> None:
        for name, guest in self.guests.items():
            side = self.side(guest)
            if guest.rows(uid):
                stream = guest.row(uid).stream_id
                news = news_of(side.town.core.backend, guest.tenant, stream, after=side.chats.shown(guest, stream))
                assert (news.changed, news.asks) == (False, False), (name, news)
        for person in (self.ann, *self.guests.values()):
            rang = [each.rang for each in self.side(person).chats.of(person)]
            # A person who deleted the meeting and is invited again hears the same words again.
            again = person.address in self.left
            assert all(one != other or (again and "invited you" in one) for one, other in pairwise(rang)), rang
        stream = self.streams[uid]
        side = self.servers.here
        if self.ann.rows(uid):
            living = side.town.core.backend.living.living(self.ann.tenant, stream, "answers")
            untold = answers_of(side.town.core.backend, self.ann.tenant, stream, after=living.shown)
            assert untold.answers == ()


def rule_of(text: bytes) -> str | None:
    found = [line for line in text.split(b"\r\n") if line.startswith(b"RRULE") and b"YEARLY" not in line]
    return found[0].decode() if found else None


def run(servers: Servers, examples: int, steps: int, *, derandomize: bool = True) -> None:
    """Runs ``examples`` correspondences of at most ``steps`` steps each."""

    class Here(Correspondence):
        def __init__(self) -> None:
            super().__init__(servers)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=derandomize,
            deadline=None,
            database=None,
            # Each step is real mail: shrinking a failure would take an hour.
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_two_servers_agree_when_every_mail_has_come(servers: Servers) -> None:
    run(servers, examples=12, steps=12)


@pytest.mark.long
def test_two_servers_agree_after_hundreds_of_correspondences(servers: Servers) -> None:
    run(servers, examples=250, steps=25)
