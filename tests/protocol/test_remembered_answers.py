"""A cached answer is sent again only while all data that it was made of are unchanged."""

from collections.abc import Callable
from contextlib import suppress

import psycopg

from support.dav import Answer, Client, Site, cal, dav, event, open_site, prop_body
from support.shares import cs, mounted, unshare
from support.waiting import wait_until
from televent.adapters.caldav.door.limits import RateLimits
from televent.application.use_cases.calendars.calendars import rename_calendar
from televent.application.use_cases.people.accounts import change_profile, verify_address
from televent.application.use_cases.people.devices import revoke_device

Ask = Callable[[], Answer]


def remembered(site: Site, ask: Ask) -> Answer:
    """Asks until the answer comes from the cache: the second time at the earliest."""
    before = site.door.given

    def asked() -> Answer | None:
        answer = ask()
        return answer if site.door.given > before else None

    return wait_until(asked, what="the answer is given from memory")


def poll(person: Client, path: str | None = None) -> Ask:
    return lambda: person.propfind(path or person.calendar(), "CS:getctag", "D:sync-token", "D:displayname")


def test_polls_and_what_has_not_changed_come_from_memory(site: Site, ann: Client) -> None:
    path = ann.calendar()
    ann.put(path + "a.ics", event("a@example.com"))
    token = ann.sync(path).token()
    asks: list[Ask] = [
        poll(ann),
        lambda: ann.ask("GET", path + "a.ics"),
        lambda: ann.ask("HEAD", path + "a.ics"),
        lambda: ann.sync(path, token),
        lambda: ann.propfind(ann.home, "D:displayname", "CS:getctag", "D:sync-token", depth="1"),
        lambda: ann.propfind(ann.home, "D:current-user-principal", "C:calendar-home-set"),
        lambda: ann.propfind(path + "a.ics", "D:getetag"),
    ]
    for ask in asks:
        first = ask()
        again = remembered(site, ask)
        assert (again.status, again.body) == (first.status, first.body)
        assert {name for name in again.headers if name != "date"} == {name for name in first.headers if name != "date"}


def test_what_was_asked_for_once_or_read_in_another_way_is_not_kept(site: Site, ann: Client) -> None:
    path = ann.calendar()
    ann.put(path + "a.ics", event("a@example.com"))
    remembered(site, poll(ann))
    before = site.door.given
    for _ in range(4):
        assert ann.propfind(path, "D:getetag", depth="1").status == 207
        assert ann.sync(path).status == 207
        assert ann.ask("GET", path).status == 200
        assert ann.ask("GET", path + "nothing.ics").status == 404
    assert site.door.given == before


def test_every_change_is_seen_at_once(site: Site, ann: Client) -> None:
    path = ann.calendar()
    name = path + "a.ics"
    ann.put(name, event("a@example.com"))
    of_calendar = poll(ann)
    of_object: Ask = lambda: ann.ask("GET", name)  # noqa: E731
    first, text = remembered(site, of_calendar).body, remembered(site, of_object).body
    ann.put(name, event("a@example.com", "SUMMARY:Coffee"))
    second = remembered(site, of_calendar).body
    assert second != first
    assert b"Coffee" in of_object().body != text
    ann.ask("DELETE", name)
    assert remembered(site, of_calendar).body not in (first, second)
    assert of_object().status == 404
    ann.put(name, event("a@example.com"))
    assert remembered(site, of_object).body == text
    update = "<D:set><D:prop><D:displayname>Tea</D:displayname></D:prop></D:set>"
    remembered(site, of_calendar)
    ann.ask("PROPPATCH", path, f'<D:propertyupdate xmlns:D="DAV:">{update}</D:propertyupdate>')
    assert of_calendar().only().text(dav("displayname")) == "Tea"


def test_a_calendar_that_comes_goes_or_is_renamed_is_seen_in_the_home(site: Site, ann: Client) -> None:
    ask: Ask = lambda: ann.propfind(ann.home, "D:displayname", depth="1")  # noqa: E731
    before = set(remembered(site, ask).responses())
    ann.ask("MKCALENDAR", ann.calendar("work"))
    assert set(ask().responses()) == before | {ann.calendar("work")}
    remembered(site, ask)
    remembered(site, poll(ann, ann.calendar("work")))
    context = site.context(ann.tenant)
    rename_calendar(site.core.backend, context, name="work", to="play")
    assert set(ask().responses()) == before | {ann.calendar("play")}
    assert poll(ann, ann.calendar("work"))().status == 404
    remembered(site, ask)
    ann.ask("DELETE", ann.calendar("play"))
    assert set(ask().responses()) == before


def test_a_revoked_password_ends_it(site: Site, ann: Client) -> None:
    remembered(site, poll(ann))
    row = site.core.reads.account(ann.tenant)
    assert row is not None
    (device,) = row.devices
    revoke_device(site.core.backend, site.context(ann.tenant), device_id=device.device_id)
    assert poll(ann)().status == 401


def test_another_password_or_person_never_gets_it(site: Site, ann: Client) -> None:
    remembered(site, poll(ann))
    bob = site.person(102, "Bob")
    for _ in range(4):
        assert poll(bob, ann.calendar())().status == 403
        assert ann.ask("PROPFIND", ann.calendar(), prop_body("CS:getctag"), login=False).status == 401
        wrong = Client(site, ann.tenant, ann.user, ann.password + "x")
        assert poll(wrong, ann.calendar())().status == 401


def test_what_is_told_of_the_person_follows_the_person(site: Site, ann: Client) -> None:
    ask: Ask = lambda: ann.propfind(ann.home, "D:displayname", "C:calendar-user-address-set")  # noqa: E731
    remembered(site, ask)
    change_profile(site.core.backend, site.context(ann.tenant), name="Anna")
    assert remembered(site, ask).only().text(dav("displayname")) == "Anna"
    verify_address(site.core.backend, site.context(ann.tenant), address="anna@example.com", code=None)
    assert "mailto:anna@example.com" in ask().only().hrefs(cal("calendar-user-address-set"))


def test_a_share_is_in_the_home_for_just_as_long_as_it_is_granted(site: Site, ann: Client) -> None:
    bob = site.person(102, "Bob", "bob@example.com")
    ann.ask("MKCALENDAR", ann.calendar("work"))
    ask: Ask = lambda: bob.propfind(bob.home, "CS:getctag", depth="1")  # noqa: E731
    alone = set(remembered(site, ask).responses())
    path = mounted(ann, bob)
    assert set(ask().responses()) == alone | {path}
    before = remembered(site, ask).responses()[path].text(cs("getctag"))
    ann.put(ann.calendar("work") + "a.ics", event("a@example.com"))
    assert ask().responses()[path].text(cs("getctag")) != before
    remembered(site, ask)
    unshare(ann, "mailto:bob@example.com")
    assert set(ask().responses()) == alone


def test_marks_that_cannot_be_had_stop_nobody(site: Site, ann: Client) -> None:
    remembered(site, poll(ann))
    end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'televent-marks'"
    own = " AND datname = current_database()"
    with psycopg.connect(site.core.conninfo, autocommit=True) as connection:
        assert connection.execute(end + own).fetchone() == (1,)
        assert poll(ann)().status == 207
        assert remembered(site, poll(ann)).status == 207


class Ahead:
    """A rate limit that admits a number of requests before it is asked."""

    def __init__(self) -> None:
        self.left = 1_000
        self.asked = 0

    def held(self, key: str) -> bool:
        self.left -= 1
        return self.left >= 0

    def __call__(self, key: str, patience: float = 0.0) -> float:
        self.asked += 1
        return 5.0


def test_what_comes_from_memory_is_counted_too(database_url: str) -> None:
    accounts = Ahead()
    with open_site(database_url, RateLimits(Ahead(), accounts, Ahead())) as site:
        ann = site.person(101)
        remembered(site, poll(ann))
        accounts.left = 0
        answer = poll(ann)()
    assert (answer.status, answer.headers["retry-after"], accounts.asked) == (429, "5", 1)


def test_a_client_that_hangs_up_while_asking_disturbs_no_other(site: Site, ann: Client) -> None:
    remembered(site, poll(ann))
    for _ in range(5):
        hasty = Client(site, ann.tenant, ann.user, ann.password)
        with suppress(OSError):
            hasty.connection.connect()
            hasty.connection.putrequest("PROPFIND", ann.calendar())
            hasty.connection.putheader("Content-Length", "100")
            hasty.connection.endheaders(b"<D:prop")
            hasty.connection.close()
    assert remembered(site, poll(ann)).status == 207
