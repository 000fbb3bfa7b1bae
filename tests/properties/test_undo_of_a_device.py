"""Whatever two devices did: the undo of one takes back what it did since a moment, and nothing that the other did."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from support.town import NOON, Person, Town, meeting
from televent.application.accounts.origins import Origin
from televent.application.event_store.context import Context
from televent.application.refusals import ChangedAgain
from televent.application.use_cases.calendars.calendars import create_calendar, delete_calendar
from televent.application.use_cases.events.undo_device import UndoneEvent, plan_undo_device, undo_device
from televent.application.use_cases.objects.delete_object import delete_object
from televent.application.use_cases.objects.move_object import Place, move_object
from televent.application.use_cases.objects.put_object import put_object
from televent.domain.refusal import Refusal
from televent.ical.objects.calendar_text import CalendarText

NAMES = ("a", "b", "c")
CALENDARS = ("default", "work")
FIELDS = ("SUMMARY", "LOCATION", "DESCRIPTION")
FORWARD = (b"DTSTAMP", b"LAST-MODIFIED", b"SEQUENCE", b"CREATED")
MAD, GOOD = 0, 1

Act = tuple[int, str, str, str, int]
Seen = dict[str, tuple[str, frozenset[bytes]]]
"""The calendar and the lines of each event, by its UID's name."""

acts = st.lists(
    st.tuples(
        st.sampled_from((MAD, MAD, GOOD)),
        st.sampled_from(("put", "put", "put", "put", "delete", "move", "remove work", "create work")),
        st.sampled_from(NAMES),
        st.sampled_from(FIELDS),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=14,
)


@dataclass
class Story:
    """A person with two devices. ``touched``: what the good device did since the moment, by name, in order; ``last``:
    who acted on an event last."""

    town: Town
    ann: Person
    devices: tuple[UUID, UUID]
    touched: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    removed: bool = False
    """The good device has deleted a calendar since the moment."""

    def context(self, device: int) -> Context:
        origin = Origin("caldav", self.devices[device], ("Phone", "Laptop")[device], "192.0.2.7", "App/1.0")
        found = self.town.core.backend.origins.id_of(self.ann.tenant, origin, self.town.now)
        assert found is not None
        return replace(self.ann.context(), origin=found)

    def place(self, name: str) -> str | None:
        reads = self.town.core.reads
        return next((each for each in CALENDARS if reads.resource(self.ann.tenant, each, f"{name}.ics")), None)

    def act(self, act: Act) -> list[str]:
        """Does it, and returns the names of the events that it was about. Raises Refusal."""
        device, kind, name, prop, number = act
        backend, context, href, here = self.town.core.backend, self.context(device), f"{name}.ics", self.place(name)
        if kind == "put":
            text = self.edited(name, prop, number)
            put_object(backend, context, calendar=here or "default", href=href, text=CalendarText(text))
        elif kind == "delete" and here is not None:
            delete_object(backend, context, calendar=here, href=href)
        elif kind == "move" and here is not None:
            there = CALENDARS[1 - CALENDARS.index(here)]
            move_object(backend, context, source=Place(here, href), destination=Place(there, href), overwrite=False)
        elif kind == "remove work":
            inside = [each for each in NAMES if self.place(each) == "work"]
            delete_calendar(backend, context, name="work")
            return inside
        elif kind == "create work":
            create_calendar(backend, context, name="work")
            return []
        return [name]

    def edited(self, name: str, prop: str, number: int) -> bytes:
        """The text of the event with one other value; a new event where there is none."""
        line = f"{prop}:{prop.lower()} {number}"
        uid = f"{name}@example.com"
        rows = self.ann.rows(uid)
        if not rows:
            start = ("SUMMARY:Tea", "LOCATION:Room", "DESCRIPTION:Text")
            return meeting(*(each for each in start if not each.startswith(prop)), line, people=(), uid=uid)
        lines = [each for each in self.ann.text(uid).decode().splitlines() if not each.startswith(f"{prop}:")]
        lines.insert(lines.index("END:VEVENT"), line)
        return ("\r\n".join(lines) + "\r\n").encode()

    def seen(self) -> Seen:
        found: Seen = {}
        for name in NAMES:
            if self.ann.rows(f"{name}@example.com"):
                lines = self.ann.text(f"{name}@example.com").splitlines()
                said = frozenset(each for each in lines if not each.startswith(FORWARD))
                found[name] = (self.place(name) or "", said)
        return found

    def undo(self, since: datetime) -> list[UndoneEvent]:
        backend, tenant = self.town.core.backend, self.ann.tenant
        return list(undo_device(backend, self.ann.context, tenant, device_id=self.devices[MAD], since=since))

    def plan(self, since: datetime) -> list[UndoneEvent]:
        backend, tenant, now = self.town.core.backend, self.ann.tenant, self.town.now
        return list(plan_undo_device(backend, tenant, device_id=self.devices[MAD], since=since, now=now))


def played(town: Town, told: list[Act], start: int) -> tuple[Story, datetime, Seen]:
    """The story, the moment before the act ``start``, and how the calendars stood then."""
    town.now = NOON
    story = Story(town, town.person(f"ann-{uuid4().hex[:8]}"), (uuid4(), uuid4()))
    create_calendar(town.core.backend, story.ann.context(), name="work")
    moment, then = NOON, story.seen()
    for number, act in enumerate(told):
        town.now += timedelta(minutes=3)
        if number == start:
            moment, then = town.now, story.seen()
        before = story.seen()
        try:
            about = story.act(act)
        except Refusal:
            continue
        if number < start:
            continue
        story.removed |= act[:2] == (GOOD, "remove work")
        if story.seen() == before:
            continue
        for name in about:
            story.last[name] = act[0]
            if act[0] == GOOD:
                story.touched.setdefault(name, []).append((act[1], act[3], act[4]))
    town.now += timedelta(minutes=3)
    return story, moment, then


@settings(max_examples=50)
@given(acts, st.data())
def test_only_the_devices_changes_are_taken_back(module_town: Town, told: list[Act], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(told) - 1))
    story, moment, then = played(module_town, told, start)
    before = story.seen()
    planned = {(each.stream_id, each.did, each.refusal is None) for each in story.plan(moment)}
    done = story.undo(moment)
    assert {(each.stream_id, each.did, each.refusal is None) for each in done} == planned
    refused = {each.uid.partition("@")[0] for each in done if each.refusal is not None}
    now = story.seen()
    for name in NAMES:
        if name not in story.touched:
            assert name not in refused
            if story.removed:
                # It was moved out of a calendar that is not there any more.
                assert now.get(name, ("", None))[1] == then.get(name, ("", None))[1]
            else:
                assert now.get(name) == then.get(name)
        elif name in refused and len({each.stream_id for each in done if each.uid.startswith(name)}) == 1:
            assert now.get(name) == before.get(name)
        elif story.last[name] == GOOD:
            kind, prop, number = story.touched[name][-1]
            assert (name in now) == (name in before)
            if kind == "put":
                assert f"{prop}:{prop.lower()} {number}".encode() in now[name][1]
            elif kind == "move":
                assert now[name][0] == before[name][0]
    # Again: there is nothing left but what was left before.
    again = story.undo(moment)
    assert {each.stream_id for each in again} == {each.stream_id for each in done if each.refusal is not None}
    assert all(isinstance(each.refusal, ChangedAgain) for each in again)
    assert story.seen() == now


@settings(max_examples=50)
@given(acts, st.data())
def test_an_interrupted_undo_goes_on(module_town: Town, told: list[Act], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(told) - 1))
    told = [(MAD, *rest) for _, *rest in told]  # type: ignore[misc]
    story, moment, then = played(module_town, told, start)
    backend, tenant = module_town.core.backend, story.ann.tenant
    ran = undo_device(backend, story.ann.context, tenant, device_id=story.devices[MAD], since=moment)
    for _ in range(data.draw(st.integers(0, 2))):
        next(ran, None)
    ran.close()  # type: ignore[attr-defined]
    assert all(each.refusal is None for each in story.undo(moment))
    assert story.seen() == then
