"""After any acts of an owner and a sharee, the sharee sees the current content that is granted, and nothing else.

A state machine lets Ann change, hide, share, withdraw and delete, and Bob write, set alarms and follow sync tokens.
After each step the answers to all of Bob's requests are compared with the expected ones.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from support.dav import Site, dav, event, open_site
from support.shares import mounted, share, unshare

NAMES = st.sampled_from(["x.ics", "y.ics", "z.ics"])
CLASSES = st.sampled_from(["PUBLIC", "PUBLIC", "PRIVATE", "CONFIDENTIAL"])
SECRET = b"Salary"
DATA = "<D:getetag/><C:calendar-data/>"


@dataclass
class Standing:
    """An event: its classification, its title, and the alarms of Ann and Bob, in minutes."""

    uid: str
    classification: str
    title: str
    anns: int | None
    bobs: int | None = None

    def text(self, minutes: int | None) -> bytes:
        hidden = self.classification != "PUBLIC"
        lines = [f"SUMMARY:{'Salary ' if hidden else ''}{self.title}", f"CLASS:{self.classification}"]
        if minutes is not None:
            lines += ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Tea", f"TRIGGER:-PT{minutes}M", "END:VALARM"]
        return event(self.uid, *lines)


class Neighbours(RuleBasedStateMachine):
    """Ann, the owner, and Bob, the sharee."""

    site: ClassVar[Site]
    numbers: ClassVar[Iterator[int]] = itertools.count(5001, 2)

    def __init__(self) -> None:
        super().__init__()
        number = next(self.numbers)
        self.ann = self.site.person(number, "Ann", f"ann{number}@example.com")
        self.bob = self.site.person(number + 1, "Bob", f"bob{number}@example.com")
        self.whom = f"mailto:bob{number}@example.com"
        self.ann.ask("MKCALENDAR", self.ann.calendar("work"))
        self.ann.put(self.ann.calendar() + "x.ics", event("other@example.com", "SUMMARY:Salary of others"))
        self.path = mounted(self.ann, self.bob)
        self.access: str | None = "read"
        self.events: dict[str, Standing] = {}
        self.copy: dict[str, str] = {}
        self.token = ""
        self.count = itertools.count(1)

    # ---- Ann's acts
    @rule(name=NAMES, classification=CLASSES)
    def put(self, name: str, classification: str) -> None:
        standing = self.events.get(name)
        number = next(self.count)
        uid = standing.uid if standing else f"{number}@example.com"
        new = Standing(uid, classification, str(number), number, standing.bobs if standing else None)
        assert self.ann.put(self.ann.calendar("work") + name, new.text(new.anns)).status in (201, 204)
        self.events[name] = new

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        answer = self.ann.ask("DELETE", self.ann.calendar("work") + name)
        assert (answer.status == 204) == (self.events.pop(name, None) is not None)

    @rule(access=st.sampled_from(["read", "read-write"]))
    def grant(self, access: str) -> None:
        ended = self.access is None
        assert share(self.ann, self.whom, access).status == 200
        if ended:
            assert mounted(self.ann, self.bob, access) == self.path
        self.access = access

    @rule()
    def withdraw(self) -> None:
        assert unshare(self.ann, self.whom).status == 200
        self.access = None

    # ---- Bob's acts
    @rule(name=NAMES, minutes=st.sampled_from([None, 30, 60]))
    def set_alarm(self, name: str, minutes: int | None) -> None:
        standing = self.events.get(name)
        if standing is None:
            return
        answer = self.bob.put(self.path + name, standing.text(minutes))
        if self.access is None:
            assert answer.status == 409 or answer.status == 404
        elif standing.classification != "PUBLIC":
            assert answer.status == 403
        else:
            assert answer.status == 204
            standing.bobs = minutes

    @rule(name=NAMES)
    def write(self, name: str) -> None:
        standing = self.events.get(name)
        number = next(self.count)
        uid = standing.uid if standing else f"{number}@example.com"
        new = Standing(uid, "PUBLIC", str(number), standing.anns if standing else None, number)
        answer = self.bob.put(self.path + name, new.text(number))
        if self.access != "read-write" or (standing is not None and standing.classification != "PUBLIC"):
            assert answer.status in (403, 404, 409)
        else:
            assert answer.status in (201, 204)
            self.events[name] = new

    @rule(limit=st.sampled_from([None, 1, 2]))
    @precondition(lambda self: self.access is not None)
    def follow(self, limit: int | None) -> None:
        answer = self.bob.sync(self.path, self.token, limit)
        entries = answer.responses()
        cut = entries.pop(self.path, None)
        for href, entry in entries.items():
            if entry.status is not None:
                assert "404" in entry.status
                self.copy.pop(href, None)
            else:
                self.copy[href] = entry.text(dav("getetag"))
        self.token = answer.token()
        if cut is None:
            assert self.copy == self._stands()

    # ---- Invariants
    @invariant()
    def bob_sees_what_is_granted(self) -> None:
        answers = [self.bob.ask("GET", self.path), self.bob.sync(self.path, props=DATA)]
        for name, standing in self.events.items():
            answer = self.bob.ask("GET", self.path + name)
            answers.append(answer)
            if self.access is None or standing.classification == "PRIVATE":
                assert answer.status == 404
            elif standing.classification == "PUBLIC":
                assert answer.body == standing.text(standing.bobs)
        if self.access is None:
            assert {answer.status for answer in answers} == {404}
        assert not [answer.body for answer in answers if SECRET in answer.body]

    @invariant()
    def ann_sees_her_own(self) -> None:
        for name, standing in self.events.items():
            assert self.ann.ask("GET", self.ann.calendar("work") + name).body == standing.text(standing.anns)

    def _stands(self) -> dict[str, str]:
        members = self.bob.propfind(self.path, "D:getetag", depth="1").responses()
        return {href: entry.text(dav("getetag")) for href, entry in members.items() if href != self.path}


def test_a_sharee_sees_what_is_granted_and_nothing_else(database_url: str) -> None:
    with open_site(database_url) as site:
        Neighbours.site = site
        run_state_machine_as_test(
            Neighbours,
            settings=settings(
                max_examples=20,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                database=None,
                phases=(Phase.explicit, Phase.generate),
                suppress_health_check=list(HealthCheck),
            ),
        )
