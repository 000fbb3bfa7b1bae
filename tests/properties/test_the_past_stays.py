"""Whatever happens later, a calendar at a moment is shown as it was recorded then; and it can be restored to it."""

from datetime import timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from support.town import NOON, Person, Town, meeting
from televent.application.past.account_at import account_at, position_of
from televent.application.past.names import past_name
from televent.application.use_cases.calendars.calendars import create_calendar, delete_calendar
from televent.application.use_cases.calendars.past_calendar import calendar_at
from televent.application.use_cases.events.restore_calendar import plan_restoration, restore_calendar
from televent.application.use_cases.events.trash import restore_event
from televent.application.use_cases.events.undo_change import last_change, undo_change
from televent.application.use_cases.objects.move_object import Place, move_object
from televent.domain.refusal import Refusal

NAMES = ("a", "b", "c")
CALENDARS = ("default", "work")
Shown = dict[str, tuple[str, bytes]]
Acts = list[tuple[str, str, str, int]]

acts = st.lists(
    st.tuples(
        st.sampled_from(("put", "put", "put", "delete", "move", "undo", "untrash", "remove work", "create work")),
        st.sampled_from(NAMES),
        st.sampled_from(CALENDARS),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=12,
)


class Story:
    """One person's calendars; each act takes some minutes."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.ann: Person = town.person(f"ann-{uuid4().hex[:8]}")
        self.backend = town.core.backend
        self.create_work()

    def create_work(self) -> None:
        create_calendar(self.backend, self.ann.context(), name="work")

    def act(self, kind: str, name: str, calendar: str, number: int) -> None:
        ann, backend = self.ann, self.backend
        uid, href = f"{name}@example.com", f"{name}.ics"
        rows = ann.rows(uid)
        here = next((each for each in CALENDARS if backend.reads.resource(ann.tenant, each, href) is not None), None)
        if kind == "put":
            text = meeting(f"SUMMARY:Tea {number}", "LOCATION:Room", people=(), uid=uid)
            ann.put(text, href)
        elif kind == "delete" and here == "default":
            ann.delete(href)
        elif kind == "move" and here is not None and here != calendar:
            move_object(backend, ann.context(), source=Place(here, href), destination=Place(calendar, href))
        elif kind == "undo" and rows:
            change = last_change(backend, ann.context(), rows[0].stream_id)
            undo_change(backend, ann.context(), stream_id=rows[0].stream_id, change_id=change.change_id)
        elif kind == "untrash" and not rows:
            for stream, _ in backend.reads.deletions(ann.tenant, NOON - timedelta(days=30), 10):
                restore_event(backend, ann.context(), stream_id=stream)
        elif kind == "remove work":
            delete_calendar(backend, ann.context(), name="work")
        elif kind == "create work":
            self.create_work()

    def now(self, calendar: str) -> Shown | None:
        """The calendar as CalDAV shows it now."""
        row = self.backend.reads.calendar(self.ann.tenant, calendar)
        if row is None:
            return None
        members = self.backend.reads.members(self.ann.tenant, row.calendar_id, with_text=True)
        return {each.href: (each.etag, each.ics or b"") for each in members}

    def then(self, calendar: str, moment: str) -> Shown | None:
        """The calendar as CalDAV shows that it was."""
        named = past_name(f"{calendar}@{moment}")
        assert named is not None
        row = calendar_at(self.backend.store, self.ann.tenant, named, self.town.now)
        return None if row is None else {each.href: (each.etag, each.ics or b"") for each in row.members.values()}

    def restore(self, calendar: str, moment: str) -> list[Refusal]:
        store, tenant = self.backend.store, self.ann.tenant
        named = past_name(f"{calendar}@{moment}")
        assert named is not None
        past = account_at(store, tenant, position_of(store, tenant, named.at))
        now = account_at(store, tenant, position_of(store, tenant, self.town.now))
        plan = plan_restoration(self.backend, tenant, calendar, past=past, now=now)
        done = list(restore_calendar(self.backend, self.ann.context, plan))
        return [each.refusal for each in done if each.refusal is not None]


def said(shown: Shown | None) -> dict[str, list[bytes]] | None:
    """The texts without the lines that only go forward."""
    forward = (b"DTSTAMP", b"LAST-MODIFIED", b"SEQUENCE", b"CREATED")
    if shown is None:
        return None
    return {
        name: sorted(line for line in text.splitlines() if not line.startswith(forward))
        for name, (_, text) in shown.items()
    }


def played(module_town: Town, told: Acts) -> tuple[Story, dict[str, dict[str, Shown | None]]]:
    """A story, and its calendars as they were shown after each act, by moment."""
    module_town.now = NOON
    story = Story(module_town)
    seen: dict[str, dict[str, Shown | None]] = {}
    for kind, name, calendar, number in told:
        module_town.now += timedelta(minutes=3)
        try:
            story.act(kind, name, calendar, number)
        except Refusal:
            continue
        moment = f"{module_town.now:%Y-%m-%dT%H:%MZ}"
        seen[moment] = {each: story.now(each) for each in CALENDARS}
    module_town.now += timedelta(minutes=3)
    return story, seen


@given(acts)
def test_each_moment_is_shown_as_it_was(module_town: Town, told: Acts) -> None:
    story, seen = played(module_town, told)
    for moment, shown in seen.items():
        assert {each: story.then(each, moment) for each in CALENDARS} == shown


@given(acts, st.data())
def test_a_calendar_comes_back_to_a_moment_and_the_past_stays(
    module_town: Town, told: Acts, data: st.DataObject
) -> None:
    story, seen = played(module_town, told)
    moments = [(moment, each) for moment, shown in seen.items() for each in CALENDARS if shown[each] is not None]
    if not moments:
        return
    moment, calendar = data.draw(st.sampled_from(moments))
    assert story.restore(calendar, moment) == []
    wanted, got = said(seen[moment][calendar]), said(story.now(calendar))
    assert got is not None
    assert wanted is not None
    assert sorted(got.values()) == sorted(wanted.values())
    module_town.now += timedelta(minutes=3)
    for each, shown in seen.items():
        assert {name: story.then(name, each) for name in CALENDARS} == shown
    assert story.restore(calendar, moment) == []
    assert story.now(calendar) is not None
