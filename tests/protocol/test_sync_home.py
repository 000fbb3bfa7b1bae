"""RFC 6578 on the calendar home: new, changed and deleted calendars; with sync-level infinite also their members."""

import base64
import json
import zlib

import pytest

from support.dav import DECLARED, Answer, Client, dav, event, prop_body
from support.shares import mounted, unshare
from televent.adapters.caldav.home_token import HOME_TOKEN

GETCTAG = "{http://calendarserver.org/ns/}getctag"


def sync(client: Client, token: str = "", level: str = "1", limit: int | None = None) -> Answer:
    bound = f"<D:limit><D:nresults>{limit}</D:nresults></D:limit>" if limit is not None else ""
    inner = f"<D:sync-token>{token}</D:sync-token><D:sync-level>{level}</D:sync-level>{bound}"
    return client.report(client.home, "D:sync-collection", inner + "<D:prop><D:getetag/></D:prop>", Depth="0")


def statuses(answer: Answer) -> dict[str, str | None]:
    return {href: entry.status for href, entry in answer.responses().items()}


def everything(client: Client, level: str, limit: int | None, token: str = "") -> tuple[dict[str, str | None], str]:
    """The entries of all pages, and the last token."""
    seen: dict[str, str | None] = {}
    for _ in range(200):
        answer = sync(client, token, level, limit)
        entries = statuses(answer)
        token = answer.token()
        cut = entries.pop(client.home, None)
        assert limit is None or len(entries) <= limit
        seen |= entries
        if cut is None:
            return seen, token
        assert "507" in cut
    raise AssertionError("the pages never end")


def make(client: Client, name: str) -> str:
    assert client.ask("MKCALENDAR", client.calendar(name)).status == 201
    return client.calendar(name)


def put(client: Client, calendar: str, *names: str) -> None:
    for name in names:
        assert client.put(f"{calendar}{name}.ics", event(f"{name}@example.com")).status == 201


def fixed(client: Client) -> set[str]:
    """The members of every home."""
    return {f"{client.home}{name}/" for name in ("inbox", "outbox", "notifications")}


GONE = "HTTP/1.1 404 Not Found"


def test_from_nothing_all_collections_are_given_and_the_token_is_the_homes(ann: Client) -> None:
    work = make(ann, "work")
    answer = sync(ann)
    assert set(statuses(answer)) == {ann.calendar(), work, *fixed(ann)}
    home = ann.propfind(ann.home, "D:sync-token", "CS:getctag").only()
    assert answer.token() == home.text(dav("sync-token")) == home.text(GETCTAG)
    assert statuses(sync(ann, answer.token())) == {}
    assert sync(ann, answer.token()).token() == answer.token()


def test_each_kind_of_change_is_told_once(ann: Client) -> None:
    work, token = make(ann, "work"), ""

    def changes() -> dict[str, str | None]:
        nonlocal token
        answer = sync(ann, token)
        token = answer.token()
        return statuses(answer)

    changes()
    put(ann, work, "a")
    assert changes() == {work: None}
    named = "<D:set><D:prop><D:displayname>W</D:displayname></D:prop></D:set>"
    patch = f"<D:propertyupdate {DECLARED}>{named}</D:propertyupdate>"
    assert ann.ask("PROPPATCH", work, patch).status == 207
    assert changes() == {work: None}
    other = make(ann, "other")
    assert changes() == {other: None}
    assert ann.ask("MOVE", work, Destination=ann.calendar("backend")).status == 201
    assert changes() == {work: GONE, ann.calendar("backend"): None}
    assert ann.ask("DELETE", other).status == 204
    assert changes() == {other: GONE}
    # A calendar deleted and made again is reported as changed, never as removed (§3.5.1).
    assert ann.ask("DELETE", ann.calendar("backend")).status == 204
    make(ann, "backend")
    assert changes() == {ann.calendar("backend"): None}
    make(ann, "brief")
    ann.ask("DELETE", ann.calendar("brief"))
    assert changes() == {}


def test_infinite_brings_the_members_too(ann: Client) -> None:
    work = make(ann, "work")
    put(ann, work, "a", "b")
    put(ann, ann.calendar(), "c")
    first, token = everything(ann, "infinite", None)
    assert {f"{work}a.ics", f"{work}b.ics", f"{ann.calendar()}c.ics", work} <= set(first)
    ann.ask("DELETE", f"{work}a.ics")
    put(ann, work, "d")
    changed, token = everything(ann, "infinite", None, token)
    assert changed == {work: None, f"{work}a.ics": GONE, f"{work}d.ics": None}
    # Another calendar has the same name now: the old one's members cannot be reported as removed one by one.
    ann.ask("DELETE", work)
    make(ann, "work")
    assert sync(ann, token, "infinite").precondition() == dav("valid-sync-token")
    assert statuses(sync(ann, token, "1")) == {work: None}


@pytest.mark.parametrize("level", ["1", "infinite"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_end_and_together_say_all(ann: Client, level: str, limit: int) -> None:
    for name in ("one", "two"):
        put(ann, make(ann, name), "a", "b", "c")
    whole, token = everything(ann, level, None)
    paged, last = everything(ann, level, limit)
    assert (paged, last) == (whole, token)
    ann.ask("DELETE", f"{ann.calendar('one')}b.ics")
    ann.ask("DELETE", ann.calendar("two"))
    put(ann, ann.calendar(), "d", "e")
    assert everything(ann, level, limit, token) == everything(ann, level, None, token)


def forged(rows: object) -> str:
    packed = zlib.compress(json.dumps(rows).encode())
    return HOME_TOKEN + base64.urlsafe_b64encode(packed).decode()


BOMB = HOME_TOKEN + base64.urlsafe_b64encode(zlib.compress(b"[" + b" " * 40_000_000 + b"]", 9)).decode()


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        HOME_TOKEN,
        HOME_TOKEN + "AAAA",
        HOME_TOKEN + "A",
        forged({}).replace("=", "")[:-3],
        forged([["default", "0" * 8, "0" * 12, -1, ""]]),
        forged([["default", 1, "", float("inf"), ""]]),
        forged([[1, 2]]),
        forged(3),
        BOMB,
        HOME_TOKEN + "A" * 200_000,
    ],
    ids=range(11),
)
def test_a_token_that_is_not_ours_is_refused_by_name(ann: Client, token: str) -> None:
    answer = sync(ann, token)
    assert (answer.status, answer.precondition()) == (403, dav("valid-sync-token"))


def test_a_token_of_the_future_is_refused(ann: Client) -> None:
    packed = sync(ann).token().removeprefix(HOME_TOKEN)
    rows = json.loads(zlib.decompress(base64.urlsafe_b64decode(packed + "===")))
    ((name, ident, run, seq, mark),) = (row for row in rows if row[0] == "default")
    assert sync(ann, forged([[name, ident, run, seq, mark]])).status == 207
    assert sync(ann, forged([[name, ident, run, seq + 1, mark]])).precondition() == dav("valid-sync-token")


def test_a_token_of_the_home_is_none_of_a_calendar_nor_the_other_way(ann: Client) -> None:
    assert ann.sync(ann.calendar(), sync(ann).token()).precondition() == dav("valid-sync-token")
    assert sync(ann, ann.sync(ann.calendar()).token()).precondition() == dav("valid-sync-token")


def test_the_homes_token_lets_a_calendar_be_made_only_while_nothing_has_changed(ann: Client) -> None:
    named = f"<{ann.home}> (<{sync(ann).token()}>)"
    assert ann.ask("MKCALENDAR", ann.calendar("one"), If=named).status == 201
    assert ann.ask("MKCALENDAR", ann.calendar("two"), If=named).status == 412


def test_the_home_lists_the_report_and_a_calendar_has_an_etag(ann: Client) -> None:
    entry = ann.propfind(ann.home, "D:supported-report-set").only()
    assert dav("sync-collection") in {str(each.tag) for each in entry.props[dav("supported-report-set")].iter()}
    body = prop_body("D:getetag")
    etag = ann.ask("PROPFIND", ann.calendar(), body).only().text(dav("getetag"))
    assert etag == ann.ask("GET", ann.calendar()).headers["etag"]


def test_what_others_share_comes_changes_and_goes_like_ones_own(ann: Client) -> None:
    bob = ann.site.person(102, "Bob", "bob@example.com")
    work = make(ann, "work")
    put(ann, work, "a")
    token = sync(bob).token()
    mount = mounted(ann, bob)
    answer = sync(bob, token)
    assert statuses(answer) == {mount: None}
    put(ann, work, "b")
    changed = sync(bob, answer.token())
    assert statuses(changed) == {mount: None}
    assert statuses(sync(bob, changed.token())) == {}
    # Only the mount itself reports its members (RFC 6578 §3.3).
    deep = sync(bob, answer.token(), "infinite").responses()
    assert {href: entry.status for href, entry in deep.items()} == {mount: "HTTP/1.1 403 Forbidden"}
    assert unshare(ann, "mailto:bob@example.com").status == 200
    assert statuses(sync(bob, changed.token())) == {mount: GONE}
