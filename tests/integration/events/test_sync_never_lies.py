"""After any changes of calendars, a client that follows sync tokens has the server's content (RFC 6578, ADR 0006).

A state machine plays the acts of people and operators on a home, also the restore of an older backup. Clients take a
page now and then. After each last page its client must have exactly the stored members.
"""

import contextlib
from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from support.dav import DECLARED, Client, Site, event, open_site
from support.postgres import TestServer, as_url
from support.sync_clients import CalendarFollower, DeepFollower, HomeFollower, Members, sync
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.domain.calendar_object.state import etag_of
from televent.ical.objects.calendar_text import CalendarText

pytestmark = pytest.mark.long

CALENDARS = st.sampled_from(["default", "a", "b", "c"])
NAMES = st.sampled_from(["x.ics", "y.ics", "z z.ics"])
UIDS = st.sampled_from(["1@example.com", "2@example.com", "3@example.com", "4@example.com"])
PUTS = st.lists(st.tuples(st.sampled_from(["default", "default", "a"]), NAMES, UIDS), min_size=1, max_size=4)
LIMITS = st.sampled_from([None, 1, 2, 3])
STOOD = "http://example.com/ns"


class Life(RuleBasedStateMachine):
    """Ann's home and the clients that follow it."""

    server: TestServer

    def __init__(self) -> None:
        super().__init__()
        self.closing = contextlib.ExitStack()
        self.database = self.server.create()
        self.stands: dict[str, dict[str, bytes]] = {"default": {}}
        self.default = "default"
        self.writes = 0
        self.site = self._open()
        self.ann = self.site.person(101, "Ann")
        self.followers = [CalendarFollower(self.ann, self.ann.calendar(name)) for name in ("default", "a", "a", "b")]
        self.home, self.deep = HomeFollower(self.ann), DeepFollower(self.ann)

    def _open(self) -> Site:
        return self.closing.enter_context(open_site(as_url(self.server.to(self.database))))

    def _reopen(self) -> None:
        self.site = self._open()
        ann = self.ann
        self.ann = Client(self.site, ann.tenant, ann.user, ann.password)
        self.home.client = self.deep.client = self.ann
        for each in self.followers:
            each.client = self.ann

    def teardown(self) -> None:
        try:
            self._catch_up()
        finally:
            self.closing.close()
        self.server.drop(self.database)

    # ---- Acts of people --------------------------------------------------------------------------------------------
    @rule(calendar=CALENDARS, name=NAMES, uid=UIDS)
    def put(self, calendar: str, name: str, uid: str) -> None:
        self.writes += 1
        text = event(uid, f"SUMMARY:{self.writes}")
        answer = self.ann.put(self._path(calendar, name), text)
        if answer.status in (201, 204):
            self.stands[calendar][name] = text
        else:
            assert answer.status in (403, 409)

    @rule(calendar=CALENDARS, name=NAMES)
    def delete(self, calendar: str, name: str) -> None:
        answer = self.ann.ask("DELETE", self._path(calendar, name))
        assert (answer.status == 204) == (name in self.stands.get(calendar, {}))
        self.stands.get(calendar, {}).pop(name, None)

    @rule(calendar=CALENDARS, name=NAMES, uid=UIDS)
    def delete_make_delete(self, calendar: str, name: str, uid: str) -> None:
        self.delete(calendar, name)
        self.put(calendar, name, uid)
        self.delete(calendar, name)

    @rule(source=CALENDARS, name=NAMES, to=CALENDARS, to_name=NAMES, overwrite=st.sampled_from("TF"))
    def move(self, source: str, name: str, to: str, to_name: str, overwrite: str) -> None:
        place = self._path(to, to_name)
        answer = self.ann.ask("MOVE", self._path(source, name), Destination=place, Overwrite=overwrite)
        if answer.status in (201, 204):
            self.stands[to][to_name] = self.stands[source].pop(name)
        else:
            assert answer.status in (403, 404, 409, 412)

    @rule(calendar=CALENDARS)
    def make_calendar(self, calendar: str) -> None:
        answer = self.ann.ask("MKCALENDAR", self.ann.calendar(calendar))
        assert (answer.status == 201) == (calendar not in self.stands)
        self.stands.setdefault(calendar, {})

    @rule(calendar=CALENDARS)
    def delete_calendar(self, calendar: str) -> None:
        answer = self.ann.ask("DELETE", self.ann.calendar(calendar))
        assert (answer.status == 204) == (calendar in self.stands and calendar != self.default)
        if answer.status == 204:
            del self.stands[calendar]

    @rule(calendar=CALENDARS)
    def make_calendar_again(self, calendar: str) -> None:
        self.delete_calendar(calendar)
        self.make_calendar(calendar)

    @rule(calendar=CALENDARS, to=CALENDARS)
    def rename_calendar(self, calendar: str, to: str) -> None:
        answer = self.ann.ask("MOVE", self.ann.calendar(calendar), Destination=self.ann.calendar(to))
        if answer.status == 201:
            self.stands[to] = self.stands.pop(calendar)
            self.default = to if calendar == self.default else self.default
        else:
            assert answer.status in (403, 404)

    @rule(calendar=CALENDARS, value=st.sampled_from("rg"))
    def change_property(self, calendar: str, value: str) -> None:
        prop = f'<D:set><D:prop><X:x xmlns:X="{STOOD}">{value}</X:x></D:prop></D:set>'
        self.ann.ask(
            "PROPPATCH", self.ann.calendar(calendar), f"<D:propertyupdate {DECLARED}>{prop}</D:propertyupdate>"
        )

    # ---- Acts of operators -----------------------------------------------------------------------------------------
    @rule()
    def rebuild_the_index(self) -> None:
        core = self.site.core
        assert rebuild(core.pool, core.store.facts, "dav_index", lambda done, total: None).differing == 0

    @rule()
    def a_standby_with_everything_takes_over(self) -> None:
        """Nothing is lost, so every token is answered as before."""

        def answers() -> list[int]:
            calendars = [(each.path, each.copy.token) for each in self.followers]
            pasts = [(each.path, token) for each in self.followers for token, _ in each.past]
            homes = [(self.ann.home, self.home.home.token), (self.ann.home, self.deep.copy.token)]
            return [sync(self.ann, path, token).status for path, token in (*calendars, *pasts, *homes)]

        before = answers()
        self._replaced_by(self._copy_of(self.database))
        assert answers() == before

    @rule(before=PUTS, after=PUTS, number=st.integers(0, 3), limit=LIMITS)
    def an_older_backup_is_put_back(
        self, before: list[tuple[str, str, str]], after: list[tuple[str, str, str]], number: int, limit: int | None
    ) -> None:
        """Clients have read changes that are lost then, and later changes get the same numbers again."""
        backup = self._copy_of(self.database)
        kept, default = {calendar: dict(members) for calendar, members in self.stands.items()}, self.default
        for put in before:
            self.put(*put)
        self.followers[number].page(limit)
        self.home.page(limit)
        self.deep.page(limit)
        self._replaced_by(backup)
        self.stands, self.default = kept, default
        for put in after:
            self.put(*put)

    def _replaced_by(self, database: str) -> None:
        self.closing.close()
        self.server.drop(self.database)
        self.database = database
        self._reopen()

    def _copy_of(self, database: str) -> str:
        self.closing.close()
        copy = self.server.create(template=database)
        self._reopen()
        return copy

    # ---- Acts of clients -------------------------------------------------------------------------------------------
    @rule(number=st.integers(0, 3), limit=LIMITS)
    def a_calendar_is_followed(self, number: int, limit: int | None) -> None:
        follower = self.followers[number]
        follower.page(limit)
        if follower.copy.whole:
            assert follower.copy.has == self._members(follower.path)

    @rule(number=st.integers(0, 3), moment=st.integers(0, 50))
    def somebody_wakes_after_a_long_sleep(self, number: int, moment: int) -> None:
        follower = self.followers[number]
        if follower.past:
            had = follower.again_from(moment)
            assert had is None or had == self._members(follower.path)

    @rule(limit=LIMITS)
    def the_home_is_followed(self, limit: int | None) -> None:
        self.home.page(limit)
        if self.home.home.whole:
            assert self.home.all() == self._all()
            assert set(self.home.calendars) == {self.ann.calendar(name) for name in self.stands}

    @rule(limit=LIMITS)
    def everything_is_followed(self, limit: int | None) -> None:
        self.deep.page(limit)
        if self.deep.copy.whole:
            assert self.deep.all() == self._all()

    def _catch_up(self) -> None:
        """At the end each client asks for pages until it has the last one."""
        steps: list[tuple[Callable[[int | None], None], Callable[[], bool]]] = [
            (self.the_home_is_followed, lambda: self.home.home.whole),
            (self.everything_is_followed, lambda: self.deep.copy.whole),
        ]
        for number, follower in enumerate(self.followers):
            if follower.path in {self.ann.calendar(name) for name in self.stands}:
                steps.append(
                    (
                        lambda limit, number=number: self.a_calendar_is_followed(number, limit),  # type: ignore[misc]
                        lambda follower=follower: follower.copy.whole,  # type: ignore[misc]
                    )
                )
        for step, whole in steps:
            step(2)
            for _ in range(60):
                if whole():
                    break
                step(2)
            assert whole()

    # ---- Expected content ------------------------------------------------------------------------------------------
    def _path(self, calendar: str, name: str) -> str:
        return self.ann.calendar(calendar) + name.replace(" ", "%20")

    def _members(self, path: str) -> Members:
        """The expected members by the test's own record, not by the server's."""
        name = path.rstrip("/").rpartition("/")[2]
        members = self.stands.get(name, {})
        return {self._path(name, each): f'"{etag_of(CalendarText(text))}"' for each, text in members.items()}

    def _all(self) -> Members:
        return {href: tag for name in self.stands for href, tag in self._members(self.ann.calendar(name)).items()}


def live(server: TestServer, examples: int, steps: int, *, derandomize: bool = True) -> None:
    """Runs ``examples`` lives of at most ``steps`` steps each."""
    machine = type("ALife", (Life,), {"server": server})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=derandomize,
            deadline=None,
            database=None,
            # A life needs a database and a server: shrinking a failure would take too long.
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_client_that_follows_tokens_ends_with_what_the_server_has(
    postgres_server: TestServer, migrated_template: str
) -> None:
    live(postgres_server, examples=12, steps=40)
