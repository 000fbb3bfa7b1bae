"""RFC 4918 §9.8, §9.9, §10.3, §10.6; RFC 4791 §5.3.2.1; RFC 6638 §3.2.3.3, §3.2.3.4: COPY and MOVE."""

import psycopg
import pytest

from support.dav import DECLARED, NAMESPACES, Answer, Client, cal, dav, event
from televent.adapters.postgres.followers.rebuild import rebuild


@pytest.fixture
def work(ann: Client) -> str:
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    return ann.calendar("work")


def move(client: Client, source: str, to: str, **headers: str) -> Answer:
    return client.ask("MOVE", source, Destination=to, **headers)


def copy(client: Client, source: str, to: str, **headers: str) -> Answer:
    return client.ask("COPY", source, Destination=to, **headers)


def meeting(uid: str) -> bytes:
    return event(uid, "SUMMARY:Talk", "ORGANIZER:mailto:ann@example.com", "ATTENDEE:mailto:bob@example.com")


def test_a_moved_object_is_a_tombstone_there_and_new_here(ann: Client, work: str) -> None:
    source, target = f"{ann.calendar()}a.ics", f"{work}b%20c.ics"
    etag = ann.put(source, event("a@example.com")).headers["etag"]
    here, there = ann.sync(ann.calendar()).token(), ann.sync(work).token()
    answer = move(ann, source, f"http://127.0.0.1:{ann.site.port}{target}")
    assert (answer.status, answer.headers["etag"]) == (201, etag)
    assert ann.ask("GET", source).status == 404
    got = ann.ask("GET", target)
    assert (got.body, got.headers["etag"]) == (event("a@example.com"), etag)
    left, come = ann.sync(ann.calendar(), here).responses(), ann.sync(work, there).responses()
    assert {href: entry.status for href, entry in left.items()} == {source: "HTTP/1.1 404 Not Found"}
    assert {href: entry.text(dav("getetag")) for href, entry in come.items()} == {target: etag}


def test_a_name_changes_within_one_calendar(ann: Client) -> None:
    source, target = f"{ann.calendar()}a.ics", f"{ann.calendar()}b.ics"
    ann.put(source, event("a@example.com"))
    token = ann.sync(ann.calendar()).token()
    assert move(ann, source, target).status == 201
    changed = ann.sync(ann.calendar(), token).responses()
    assert {href: entry.status for href, entry in changed.items()} == {source: "HTTP/1.1 404 Not Found", target: None}
    assert move(ann, target, source).status == 201
    assert ann.ask("GET", source).status == 200


def test_an_index_made_again_after_moves_is_the_same(ann: Client, work: str) -> None:
    for name in "abc":
        ann.put(f"{ann.calendar()}{name}.ics", event(f"{name}@example.com"))
    ann.put(f"{work}b.ics", event("b@example.com", "SUMMARY:Other"))
    assert move(ann, f"{ann.calendar()}a.ics", f"{work}a.ics").status == 201
    assert move(ann, f"{ann.calendar()}b.ics", f"{work}b.ics").status == 204
    assert move(ann, work, ann.calendar("backend")).status == 201
    core = ann.site.core
    assert rebuild(core.pool, core.store.facts, "dav_index", lambda done, total: None).differing == 0


def test_moving_a_meeting_tells_nobody_and_its_schedule_tag_stays(ann: Client, work: str) -> None:
    bob = ann.site.person(102, "Bob", "bob@example.com")
    source, target = f"{ann.calendar()}a.ics", f"{work}a.ics"
    ann.put(source, meeting("a@example.com"))
    before = ann.ask("GET", source)
    token = bob.sync(bob.calendar()).token()
    answer = move(ann, source, target)
    assert (answer.status, answer.headers["schedule-tag"]) == (201, before.headers["schedule-tag"])
    after = ann.ask("GET", target)
    assert (after.body, after.headers["schedule-tag"]) == (before.body, before.headers["schedule-tag"])
    assert bob.sync(bob.calendar(), token).responses() == {}
    # The moved meeting still schedules: its deletion cancels it.
    assert ann.ask("DELETE", target).status == 204
    (cancelled,) = bob.sync(bob.calendar(), token).responses()
    assert b"STATUS:CANCELLED" in bob.ask("GET", cancelled).body


def test_a_copy_is_an_object_of_its_own(ann: Client, work: str) -> None:
    source, target = f"{ann.calendar()}a.ics", f"{work}a.ics"
    ann.put(source, event("a@example.com"))
    answer = copy(ann, source, target)
    assert answer.status == 201
    assert ann.ask("GET", target).headers["etag"] == answer.headers["etag"]
    ann.put(target, event("a@example.com", "SUMMARY:Changed"))
    assert ann.ask("GET", source).body == event("a@example.com")
    assert copy(ann, source, target).status == 204
    assert ann.ask("GET", target).body == event("a@example.com")


def test_one_uid_stands_once_in_a_calendar(ann: Client, work: str) -> None:
    source = f"{ann.calendar()}a.ics"
    ann.put(source, event("a@example.com"))
    answer = copy(ann, source, f"{ann.calendar()}b.ics")
    assert (answer.status, answer.precondition()) == (403, cal("no-uid-conflict"))
    assert answer.xml[0].findtext("D:href", namespaces=NAMESPACES) == source
    ann.put(f"{work}same.ics", event("a@example.com"))
    answer = move(ann, source, f"{work}a.ics")
    assert (answer.status, answer.precondition()) == (403, cal("no-uid-conflict"))
    assert answer.xml[0].findtext("D:href", namespaces=NAMESPACES) == f"{work}same.ics"
    assert ann.ask("GET", source).status == 200


@pytest.mark.parametrize("act", [copy, move])
def test_another_uid_is_not_overwritten(ann: Client, work: str, act: object) -> None:
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    ann.put(f"{work}b.ics", event("b@example.com"))
    answer = act(ann, f"{ann.calendar()}a.ics", f"{work}b.ics")  # type: ignore[operator]
    assert (answer.status, answer.precondition()) == (403, cal("no-uid-conflict"))
    assert ann.ask("GET", f"{work}b.ics").body == event("b@example.com")


def test_the_copy_of_a_meeting_would_be_a_second_one(ann: Client, work: str) -> None:
    ann.put(f"{ann.calendar()}a.ics", meeting("a@example.com"))
    answer = copy(ann, f"{ann.calendar()}a.ics", f"{work}a.ics")
    assert (answer.status, answer.precondition()) == (403, cal("unique-scheduling-object-resource"))


@pytest.mark.parametrize("act", [copy, move])
def test_overwrite_f_overwrites_nothing(ann: Client, work: str, act: object) -> None:
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    ann.put(f"{work}a.ics", event("a@example.com", "SUMMARY:There"))
    answer = act(ann, f"{ann.calendar()}a.ics", f"{work}a.ics", Overwrite="F")  # type: ignore[operator]
    assert answer.status == 412
    assert b"There" in ann.ask("GET", f"{work}a.ics").body
    assert act(ann, f"{ann.calendar()}a.ics", f"{work}a.ics", Overwrite="T").status == 204  # type: ignore[operator]
    assert b"There" not in ann.ask("GET", f"{work}a.ics").body


@pytest.mark.parametrize("act", [copy, move])
def test_a_stale_etag_of_the_source_moves_nothing(ann: Client, work: str, act: object) -> None:
    source = f"{ann.calendar()}a.ics"
    etag = ann.put(source, event("a@example.com")).headers["etag"]
    assert act(ann, source, f"{work}a.ics", If_Match='"old"').status == 412  # type: ignore[operator]
    assert ann.ask("GET", f"{work}a.ics").status == 404
    assert act(ann, source, f"{work}a.ics", If_Match=etag).status == 201  # type: ignore[operator]


def test_a_calendar_takes_only_its_components_by_move_and_copy(ann: Client) -> None:
    only = '<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>'
    body = f"<C:mkcalendar {DECLARED}><D:set><D:prop>{only}</D:prop></D:set></C:mkcalendar>"
    assert ann.ask("MKCALENDAR", ann.calendar("tasks"), body).status == 201
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    for act in (copy, move):
        answer = act(ann, f"{ann.calendar()}a.ics", f"{ann.calendar('tasks')}a.ics")
        assert (answer.status, answer.precondition()) == (403, cal("supported-calendar-component"))


@pytest.mark.parametrize(
    ("destination", "status"),
    [
        ("", 400),
        ("relative/a.ics", 400),
        ("http://[broken/a.ics", 400),
        ("http://elsewhere.example/caldav/x/y/a.ics", 502),
        ("http://127.0.0.1:1{home}work/a.ics", 502),
        ("{home}none/a.ics", 409),
        ("{home}work/", 409),
        ("{home}work/deep/er.ics", 409),
        ("{home}default/a.ics", 403),
        ("{home}inbox/a.ics", 403),
        ("/caldav/nobody@example.com/default/a.ics", 403),
        ("{home}work/%FF.ics", 400),
        ("{home}work/a.ics?x=1", 400),
        ("{home}work/a.ics#x", 400),
    ],
)
def test_a_destination_that_cannot_be_is_refused_and_nothing_moves(
    ann: Client, work: str, destination: str, status: int
) -> None:
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    for act in (copy, move):
        sent = destination.format(home=ann.home)
        assert act(ann, f"{ann.calendar()}a.ics", sent).status == status
    assert ann.ask("GET", f"{ann.calendar()}a.ics").status == 200


def test_nonsense_in_overwrite_or_depth_is_400(ann: Client, work: str) -> None:
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    for headers in ({"Overwrite": "maybe"}, {"Depth": "2"}):
        assert move(ann, f"{ann.calendar()}a.ics", f"{work}a.ics", **headers).status == 400
    assert move(ann, f"{ann.calendar()}none.ics", f"{work}a.ics").status == 404
    assert move(ann, work, ann.calendar("backend"), Depth="0").status == 400


def test_a_renamed_calendar_keeps_its_members_and_its_tokens(ann: Client, work: str) -> None:
    ann.put(f"{work}a.ics", event("a@example.com"))
    token = ann.sync(work).token()
    backend = ann.calendar("backend")
    assert move(ann, work, backend).status == 201
    assert ann.propfind(work, "D:owner").status == 404
    assert ann.sync(backend, token).responses() == {}
    assert ann.sync(backend).token() == token
    assert ann.ask("GET", f"{backend}a.ics").status == 200
    assert work not in ann.propfind(ann.home, "D:resourcetype", depth="1").responses()
    # The old name is free at once.
    assert ann.ask("MKCALENDAR", work).status == 201
    assert ann.sync(work, token).precondition() == dav("valid-sync-token")


def test_a_calendar_is_not_put_over_another_nor_where_none_can_be(ann: Client, work: str) -> None:
    assert move(ann, work, ann.calendar(), Overwrite="F").status == 412
    assert move(ann, work, ann.calendar()).status == 403
    answer = move(ann, work, f"{ann.calendar()}inner.ics")
    assert (answer.status, answer.precondition()) == (403, cal("calendar-collection-location-ok"))
    assert move(ann, work, f"{ann.home}inbox/").status == 403
    assert move(ann, ann.calendar("none"), ann.calendar("x")).status == 404
    assert ann.propfind(work, "D:owner").status == 207


def test_the_default_calendar_can_be_renamed_and_stays_the_default(ann: Client) -> None:
    assert move(ann, ann.calendar(), ann.calendar("mine")).status == 201
    inbox = ann.propfind(f"{ann.home}inbox/", "C:schedule-default-calendar-URL").only()
    assert inbox.hrefs(cal("schedule-default-calendar-URL")) == [ann.calendar("mine")]


def test_what_is_no_object_is_neither_copied_nor_moved(ann: Client, work: str) -> None:
    assert copy(ann, work, ann.calendar("backend")).status == 403
    for path in (ann.home, f"{ann.home}inbox/", "/"):
        for act in (copy, move):
            assert act(ann, path, ann.calendar("backend")).status == 403


@pytest.mark.own_database
def test_a_calendar_goes_with_all_its_meetings_at_once(ann: Client, work: str) -> None:
    bob = ann.site.person(102, "Bob", "bob@example.com")
    for number in range(4):
        ann.put(f"{work}{number}.ics", meeting(f"{number}@example.com"))
    ann.put(f"{work}plain.ics", event("plain@example.com"))
    token = bob.sync(bob.calendar()).token()
    before = ann.site.core.recorder.max_notification_id() or 0
    assert ann.ask("DELETE", work).status == 204
    changed = bob.sync(bob.calendar(), token).responses()
    assert len(changed) == 4
    assert all(b"STATUS:CANCELLED" in bob.ask("GET", href).body for href in changed)
    with psycopg.connect(ann.site.core.conninfo) as connection:
        rows = connection.execute(
            "SELECT position >> 20, count(*) FROM event WHERE position > %s AND topic = ANY (%s) GROUP BY 1",
            (before, ["event-deleted/1", "calendar-deleted/1"]),
        ).fetchall()
    assert [count for _, count in rows] == [5]
    core = ann.site.core
    assert rebuild(core.pool, core.store.facts, "dav_index", lambda done, total: None).differing == 0


def test_a_body_that_would_be_ignored_is_refused(ann: Client, work: str) -> None:
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    for method in ("COPY", "MOVE"):
        answer = ann.ask(method, f"{ann.calendar()}a.ics", "<D:propertybehavior/>", Destination=f"{work}a.ics")
        assert answer.status == 415
    assert ann.ask("GET", f"{ann.calendar()}a.ics").status == 200


def test_whatever_its_url_a_resource_keeps_its_id(ann: Client, work: str) -> None:
    def ident(path: str) -> str:
        (urn,) = ann.propfind(path, "D:resource-id").only().hrefs(dav("resource-id"))
        assert urn.startswith("urn:uuid:")
        return urn

    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    before = [ident(path) for path in (ann.home, work, f"{ann.calendar()}a.ics")]
    assert len(set(before)) == 3
    assert move(ann, f"{ann.calendar()}a.ics", f"{work}b.ics").status == 201
    assert move(ann, work, ann.calendar("backend")).status == 201
    backend = ann.calendar("backend")
    assert [ident(path) for path in (ann.home, backend, f"{backend}b.ics")] == before
    assert copy(ann, f"{backend}b.ics", f"{ann.calendar()}a.ics").status == 201
    assert ident(f"{ann.calendar()}a.ics") not in before
