"""An undo of any change, and then a redo, leaves the calendar and the guests' copies as they were."""

from datetime import timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from support.town import NOON, Person, Town, meeting
from televent.application.use_cases.events.undo_change import last_change, undo_change
from televent.domain.refusal import Refusal
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component

FORWARD = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "CREATED", "REQUEST-STATUS")
ANSWERS = ("PARTSTAT", "RSVP", "SCHEDULE-STATUS")

edits = st.fixed_dictionaries(
    {
        "title": st.sampled_from(("Sync", "Talk", "Lunch")),
        "place": st.sampled_from((None, "Room 1", "Room 2")),
        "hour": st.integers(9, 12),
        "rule": st.sampled_from((None, None, "FREQ=DAILY;COUNT=5", "FREQ=WEEKLY;COUNT=3")),
        "guests": st.sets(st.sampled_from(("bob", "eve")), min_size=0),
        "alarm": st.booleans(),
    }
)
acts = st.lists(
    st.one_of(edits, edits, st.sampled_from(("bob says yes", "eve says no", "delete"))), min_size=1, max_size=6
)


class Meeting:
    """One meeting of Ann's, and the copies of Bob and Eve."""

    def __init__(self, town: Town) -> None:
        self.town, self.uid = town, f"{uuid4()}@example.com"
        mark = uuid4().hex[:8]
        self.ann, self.bob, self.eve = (town.person(f"{name}-{mark}") for name in ("ann", "bob", "eve"))
        self.people = {"bob": self.bob, "eve": self.eve}

    def put(self, edit: dict[str, object]) -> None:
        start, end = f"DTSTART:20361201T{edit['hour']:02}0000Z", f"DTEND:20361201T{edit['hour']:02}3000Z"
        lines = [f"SUMMARY:{edit['title']}", start, end]
        lines += [f"LOCATION:{edit['place']}"] if edit["place"] else []
        lines += [f"RRULE:{edit['rule']}"] if edit["rule"] else []
        if edit["alarm"]:
            lines += ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT10M", "END:VALARM"]
        guests = edit["guests"]
        assert isinstance(guests, set)
        people = tuple(self._line(name) for name in sorted(guests))
        self.ann.put(meeting(*lines, people=people, organizer=self.ann.address, uid=self.uid), f"{self.uid}.ics")

    def _line(self, name: str) -> str:
        """The guest with the answer that Ann's app has read."""
        person = self.people[name]
        known = self.ann.rows(self.uid)
        partstat = None
        if known and person.address.encode() in self.ann.text(self.uid):
            lines = CalendarText(self.ann.text(self.uid)).tree.components("VEVENT")[0].all("ATTENDEE")
            partstat = next((each.param("PARTSTAT") for each in lines if person.address in each.value), None)
        return f"ATTENDEE;PARTSTAT={partstat or 'NEEDS-ACTION'}:mailto:{person.address}"

    def act(self, act: object) -> None:
        if isinstance(act, dict):
            self.put(act)
        elif act == "delete":
            self.ann.delete(f"{self.uid}.ics")
        else:
            person = self.bob if act == "bob says yes" else self.eve
            self.answer(person, "ACCEPTED" if act == "bob says yes" else "DECLINED")
        self.town.carry()

    def answer(self, person: Person, partstat: str) -> None:
        if person.rows(self.uid):
            text = CalendarText(person.text(self.uid)).tree
            person.put(_answered(text, person.address, partstat), person.row(self.uid).href)

    def copies(self) -> list[object]:
        """All copies without what only goes forward, and without answers, which are the guests' own."""
        return [
            _said(person.text(self.uid)) if person.rows(self.uid) else None for person in (self.ann, self.bob, self.eve)
        ]


def _answered(tree: Component, address: str, partstat: str) -> bytes:
    copy = CalendarText(tree.to_bytes()).copy()
    for event in copy.components("VEVENT"):
        for line in event.all("ATTENDEE"):
            if address in line.value:
                event.replace(line, line.with_param("PARTSTAT", partstat))
    return copy.to_bytes()


def _said(text: bytes) -> list[object]:
    found: list[object] = []
    for part in CalendarText(text).tree.components("VEVENT"):
        lines = []
        for line in part.properties:
            shown = line
            for name in ANSWERS if line.name in ("ATTENDEE", "ORGANIZER") else ():
                shown = shown.with_param(name)
            if line.name not in FORWARD:
                lines.append((shown.name, shown.params, shown.value))
        found.append((sorted(lines, key=str), [sub.to_bytes() for sub in part.components()]))
    return sorted(found, key=str)


@given(acts)
def test_undo_then_redo_is_the_identity(module_town: Town, told: list[object]) -> None:
    module_town.now = NOON
    told_of = Meeting(module_town)
    for act in told:
        module_town.now += timedelta(minutes=2)
        try:
            told_of.act(act)
        except Refusal:
            continue
    events = module_town.core.reads.newest_changed(told_of.ann.tenant, 1)
    if not events:
        return
    (stream,) = events
    backend, before = module_town.core.backend, told_of.copies()
    module_town.now += timedelta(minutes=2)
    change = last_change(backend, told_of.ann.context(), stream).change_id
    undone = undo_change(backend, told_of.ann.context(), stream_id=stream, change_id=change)
    module_town.carry()
    module_town.now += timedelta(minutes=2)
    undo_change(backend, told_of.ann.context(), stream_id=stream, change_id=undone.change_id)
    module_town.carry()
    assert told_of.copies() == before
