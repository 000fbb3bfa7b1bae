"""RFC 6578: sync-collection; CalendarServer's ctag."""

import pytest

from support.dav import Client, Entry, cal, dav, event

GETCTAG = "{http://calendarserver.org/ns/}getctag"


def put(client: Client, *names: str) -> None:
    for name in names:
        assert client.put(f"{client.calendar()}{name}.ics", event(f"{name}@example.com")).status in (201, 204)


def hrefs(client: Client, *names: str) -> set[str]:
    return {f"{client.calendar()}{name}.ics" for name in names}


def test_from_nothing_everything_that_stands_is_given(ann: Client) -> None:
    put(ann, "a", "b", "c")
    ann.ask("DELETE", f"{ann.calendar()}b.ics")
    answer = ann.sync(ann.calendar())
    assert set(answer.responses()) == hrefs(ann, "a", "c")
    assert answer.token().startswith("data:,")
    assert answer.token() == ann.propfind(ann.calendar(), "D:sync-token").only().text(dav("sync-token"))


def test_from_a_token_only_what_changed_is_given_and_deletions_are_404(ann: Client) -> None:
    put(ann, "a", "b", "c")
    token = ann.sync(ann.calendar()).token()
    assert ann.sync(ann.calendar(), token).responses() == {}
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com", "SUMMARY:New"))
    ann.ask("DELETE", f"{ann.calendar()}b.ics")
    put(ann, "d")
    answer = ann.sync(ann.calendar(), token)
    entries = answer.responses()
    assert set(entries) == hrefs(ann, "a", "b", "d")
    gone = entries.pop(f"{ann.calendar()}b.ics")
    assert (gone.status, gone.by_status) == ("HTTP/1.1 404 Not Found", {})
    assert all(entry.props for entry in entries.values())
    assert ann.sync(ann.calendar(), answer.token()).responses() == {}


def test_made_and_deleted_in_between_is_no_member(ann: Client) -> None:
    token = ann.sync(ann.calendar()).token()
    put(ann, "a")
    ann.ask("DELETE", f"{ann.calendar()}a.ics")
    (entry,) = ann.sync(ann.calendar(), token).responses().values()
    assert entry.status == "HTTP/1.1 404 Not Found"


def test_a_deleted_name_that_is_taken_again_is_a_member(ann: Client) -> None:
    put(ann, "a")
    token = ann.sync(ann.calendar()).token()
    ann.ask("DELETE", f"{ann.calendar()}a.ics")
    put(ann, "a")
    (entry,) = ann.sync(ann.calendar(), token).responses().values()
    assert entry.status is None
    assert dav("getetag") in entry.props


def test_a_page_ends_with_507_and_its_token_leads_on(ann: Client) -> None:
    names = [f"n{number}" for number in range(7)]
    put(ann, *names)
    seen: list[str] = []
    token, pages = "", 0
    while True:
        answer = ann.sync(ann.calendar(), token, limit=3)
        entries = answer.responses()
        truncated = entries.pop(ann.calendar(), None)
        seen += entries
        token, pages = answer.token(), pages + 1
        if truncated is None:
            break
        assert truncated.status == "HTTP/1.1 507 Insufficient Storage"
        assert len(entries) == 3
    assert pages == 3
    assert len(seen) == 7
    assert set(seen) == hrefs(ann, *names)
    assert token == ann.sync(ann.calendar()).token()


def test_tombstones_do_not_fill_the_first_page(ann: Client) -> None:
    put(ann, "a", "b", "c", "d")
    for name in "abc":
        ann.ask("DELETE", f"{ann.calendar()}{name}.ics")
    answer = ann.sync(ann.calendar(), limit=1)
    assert set(answer.responses()) == hrefs(ann, "d")


@pytest.mark.parametrize(
    "token",
    ["nonsense", "data:,televent/x/1", "data:,televent/{id}/{run}/999999", "data:,televent/{id}/000000000000/1", "1"],
)
def test_a_token_that_is_not_ours_is_refused_by_name(ann: Client, token: str) -> None:
    put(ann, "a")
    own = ann.sync(ann.calendar()).token()
    answer = ann.sync(ann.calendar(), token.format(id=own.split("/")[1], run=own.split("/")[2]))
    assert (answer.status, answer.precondition()) == (403, dav("valid-sync-token"))


def test_a_token_of_another_calendar_is_refused(ann: Client) -> None:
    ann.ask("MKCALENDAR", ann.calendar("work"))
    answer = ann.sync(ann.calendar(), ann.sync(ann.calendar("work")).token())
    assert (answer.status, answer.precondition()) == (403, dav("valid-sync-token"))


@pytest.mark.parametrize("depth", [None, "0", "1", "infinity"])
@pytest.mark.parametrize("level", ["", "<D:sync-level>1</D:sync-level>", "<D:sync-level>infinite</D:sync-level>"])
def test_every_depth_and_level_that_clients_send_is_understood(ann: Client, depth: str | None, level: str) -> None:
    put(ann, "a")
    headers = {} if depth is None else {"Depth": depth}
    inner = f"<D:sync-token/>{level}<D:prop><D:getetag/></D:prop>"
    assert set(ann.report(ann.calendar(), "D:sync-collection", inner, **headers).responses()) == hrefs(ann, "a")


def test_nonsense_in_depth_level_or_limit_is_400(ann: Client) -> None:
    prop = "<D:sync-token/><D:prop><D:getetag/></D:prop>"
    assert ann.report(ann.calendar(), "D:sync-collection", prop, Depth="2").status == 400
    level = f"<D:sync-level>many</D:sync-level>{prop}"
    assert ann.report(ann.calendar(), "D:sync-collection", level).status == 400
    assert ann.sync(ann.calendar(), limit=0).status == 400


def test_the_text_can_come_along(ann: Client) -> None:
    put(ann, "a")
    (entry,) = ann.sync(ann.calendar(), props="<D:getetag/><C:calendar-data/>").responses().values()
    assert entry.text(cal("calendar-data")).encode() == event("a@example.com")


def test_more_than_one_page_of_the_index_comes_whole(ann: Client) -> None:
    names = [f"n{number}" for number in range(230)]
    put(ann, *names)
    answer = ann.sync(ann.calendar(), props="<C:calendar-data/>")
    assert set(answer.responses()) == hrefs(ann, *names)
    assert answer.token() == ann.sync(ann.calendar()).token()


def test_ctag_and_token_move_with_members_and_with_nothing_else(ann: Client) -> None:
    def state() -> tuple[str, str]:
        entry = ann.propfind(ann.calendar(), "CS:getctag", "D:sync-token").only()
        return entry.text(GETCTAG), entry.text(dav("sync-token"))

    seen = [state()]
    for change in (lambda: put(ann, "a"), lambda: put(ann, "b"), lambda: ann.ask("DELETE", f"{ann.calendar()}a.ics")):
        change()
        seen.append(state())
    assert len({ctag for ctag, _ in seen}) == len({token for _, token in seen}) == 4
    ann.ask("GET", f"{ann.calendar()}b.ics")
    ann.sync(ann.calendar())
    assert state() == seen[-1]


def test_there_is_no_sync_of_what_is_not_there(ann: Client) -> None:
    assert ann.sync(ann.calendar("none")).status == 404
    answer = ann.sync(f"{ann.home}outbox/")
    assert (answer.status, answer.precondition()) == (403, dav("supported-report"))


def test_a_first_sync_in_pages_names_no_tombstone_older_than_itself(ann: Client) -> None:
    names = [f"n{number}" for number in range(8)]
    put(ann, *names)
    for name in names[1::2]:
        ann.ask("DELETE", f"{ann.calendar()}{name}.ics")
    first = ann.sync(ann.calendar(), limit=2)
    has = set(first.responses()) - {ann.calendar()}
    # Two members are deleted between the pages; the client already has one of them.
    given, other = sorted(has)[0], (hrefs(ann, *names[0::2]) - has).pop()
    for href in (given, other):
        assert ann.ask("DELETE", href).status == 204
    told: dict[str, Entry] = {}
    token = first.token()
    for _ in range(10):
        answer = ann.sync(ann.calendar(), token, limit=1)
        told |= answer.responses()
        token = answer.token()
        if ann.calendar() not in answer.responses():
            break
    gone = {href for href, entry in told.items() if "404" in (entry.status or "")}
    assert gone == {given, other}
    assert set(told) - gone - {ann.calendar()} == hrefs(ann, *names[0::2]) - has - {other}
    assert token == ann.sync(ann.calendar()).token()


@pytest.mark.parametrize("begun", ["99999", "-1", "", "x"])
def test_a_first_sync_that_never_began_is_no_token(ann: Client, begun: str) -> None:
    put(ann, "a", "b", "c")
    token = ann.sync(ann.calendar(), limit=1).token()
    answer = ann.sync(ann.calendar(), f"{token.rpartition('-')[0]}-{begun}")
    assert (answer.status, answer.precondition()) == (403, dav("valid-sync-token"))
