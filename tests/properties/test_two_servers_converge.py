"""Two servers exchange real mail that is lost, doubled and reordered. When all has come, both have the same meeting.

These things hold, and no more is promised:

- A mail that the relay refuses, or whose 250 is lost, stays in the sender's outbox and is sent again. So it comes at
  least once. A mail that is lost after its 250 is gone: only a later mail about the same meeting mends that, because
  it has everything that the guest was not told. No program on either side can know of such a loss, so no test asks
  for more.
- When every mail has come, each guest's copy has the organizer's times, title, place, status and SEQUENCE, and the
  organizer has each guest's answers. Where a meeting was moved and moved back before the mail, the guest's SEQUENCE
  is lower, because no mail told them of either (ADR 63).
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
        self.bob, self.dan = servers.there.person("bob"), servers.there.person("dan", strangers="ask")
        self.guests = {"bob": self.bob, "dan": self.dan, "cy": self.cy}
        self.uids: list[str] = []
        self.streams: dict[str, UUID] = {}
        self.acts = 0
        self.removed = False
        self.moves = 0
        self.left: set[str] = set()
        self.lost = False

    def teardown(self) -> None:
        if not self.uids:
            return
        self.drained(newest_first=True)
        self.check()

    # Ann

    @initialize(kind=st.sampled_from(KINDS), zed=st.booleans())
    def organize(self, kind: str, zed: bool) -> None:
        """Ann's first meeting; another one begins where she divides a series."""
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
                attendees=(self.bob.address, self.dan.address, self.cy.address, *([ZED] if zed else [])),
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

    @rule(
        act=st.sampled_from(["title", "place", "move", "move on", "cancel", "cancel on", "guest", "guest", "decide"]),
        meeting=st.integers(0, 1),
        place=st.none() | PLACES,
        choice=st.integers(0, 2),
    )
    def organizer(self, act: str, meeting: int, place: int | None, choice: int) -> None:
        """Ann changes a meeting, or one occurrence of it, or that and all later ones."""
        scope = Scope.FOLLOWING if act.endswith("on") else Scope.THIS
        which = self.which(meeting, place, scope)
        if act == "decide":
            self.decide(accepts=choice != 1)
        elif which is None:
            return
        elif act == "guest":
            self.invite_or_remove(which, ("bob", "dan", "cy")[choice])
        elif act.startswith("cancel"):
            remove_event(self.servers.here.town.core.backend, self.ann.context(), which=which)
            self.work()
        elif act == "title":
            self.change(which, EventChange(title=("Sync", "Talk", "Review")[choice]))
        elif act == "place":
            self.change(which, EventChange(place=("", "Room 1", "Room 2")[choice]))
        else:
            self.moves += 1
            self.change(which, EventChange(by=timedelta(days=choice - 1 or 2)))

    def change(self, which: Which, change: EventChange) -> None:
        backend = self.servers.here.town.core.backend
        with suppress(UnsplittableSeries):
            self.meets(change_event(backend, self.ann.context(), which=which, change=change).stream_id)

    def invite_or_remove(self, which: Which, who: str) -> None:
        uid = next(uid for uid, stream in self.streams.items() if stream == which.stream_id)
        backend, address = self.servers.here.town.core.backend, self.guests[who].address
        if seen(self.text(self.ann, uid), address):
            self.removed = True
            remove_guest(backend, self.ann.context(), which=Which(which.stream_id), address=address)
        else:
            invite(backend, self.ann.context(), stream_id=which.stream_id, addresses=[address])
        self.work()

    def decide(self, *, accepts: bool) -> None:
        backend = self.servers.here.town.core.backend
        waiting = [(s, each.proposal.key) for s in self.streams.values() for each in self.open(s)]
        for stream, key in waiting[:1]:
            self.moves += accepts
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
        act=st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE", "TENTATIVE", "propose", "propose", "leave"]),
        who=GUESTS,
        meeting=st.integers(0, 1),
        place=st.none() | PLACES,
        note=st.sampled_from([None, None, "Late"]),
    )
    def guest(self, act: str, who: str, meeting: int, place: int | None, note: str | None) -> None:
        """A guest answers, proposes another time, or deletes the meeting, or one occurrence; which declines it."""
        person = self.guests[who]
        found = self.invited(meeting, person, place)
        if found is None:
            return
        (stream, rid), backend = found, self.side(person).town.core.backend
        context = person.context()
        if act == "leave":
            self.left.add(person.address)
            which = Which(stream, rid, Scope.THIS) if rid is not None else Which(stream)
            remove_event(backend, context, which=which)
        elif act == "propose":
            start = START + timedelta(weeks=place or 0, hours=2 if note is None else 3)
            end = start + timedelta(hours=1)
            with suppress(Refusal):
                propose_time(backend, context, stream_id=stream, start=start, end=end, recurrence_id=rid, comment=note)
        else:
            answer_invitation(backend, context, stream_id=stream, partstat=act, recurrence_id=rid, comment=note)
        self.work()

    def invited(self, meeting: int, person: Person, place: int | None) -> tuple[UUID, str | None] | None:
        """A meeting that the guest sees, or one occurrence. Mails come until the guest sees it."""
        uid = self.uids[meeting % len(self.uids)]
        while not self.text(person, uid) and self.servers.relay.bag:
            self.servers.deliver_next()
            self.servers.there.decide(self.dan)
            self.servers.work()
        text = self.text(person, uid)
        rids = sorted(seen(text, person.address))
        if not rids:
            return None
        rid = None if place is None or rids == [""] else rids[place % len(rids)]
        return person.row(uid).stream_id, rid

    # The mail

    @rule(
        act=st.sampled_from(["next", "next", "any", "any", "all", "twice", "lose", "wait", "", "refuses", "hangs up"]),
        place=st.integers(0, 9),
    )
    def mail(self, act: str, place: int) -> None:
        """A mail comes, or all, or one comes again, or is lost after its 250; time passes; or the relay fails."""
        bag, known = self.servers.relay.bag, self.servers.relay.delivered
        if act in ("", "refuses", "hangs up"):
            self.servers.fail(act)
        elif act == "wait":
            self.servers.pass_time((5, 31, 70)[place % 3])
            self.servers.work()
        elif act == "all":
            self.drained()
            self.check()
        elif act == "lose":
            for lost in [each for each in bag if b"method=REQUEST" in each.raw][:1]:
                bag.remove(lost)
                self.lost = True
        elif act == "twice" and known:
            before = self.state()
            self.servers.deliver(known[place % len(known)])
            self.servers.work()
            assert self.state() == before
        elif bag:
            self.servers.deliver_next(0 if act == "next" else place % len(bag))
            self.servers.there.decide(self.dan)
            self.servers.work()

    def drained(self, *, newest_first: bool = False) -> None:
        """Lets everything come, and Dan apply it. A later change of the whole meeting mends what was lost."""
        self.servers.drain(newest_first=newest_first)
        while self.servers.there.decide(self.dan):
            self.servers.drain(newest_first=newest_first)
        if self.lost:
            self.lost = False
            for meeting in range(len(self.uids)):
                which = self.which(meeting, None, Scope.ALL)
                if which is not None:
                    self.change(which, EventChange(title=f"Sync after {self.acts} changes"))
            self.drained()

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
        assert self.servers.there.doubts(self.dan) == []
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
        if here.keys() == {""} and rule_of(mine) is None and not self.removed and self.moves < 2:
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
