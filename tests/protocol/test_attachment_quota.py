"""RFC 4331: the quota of attachments."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.attachments import add, attach_lines, login_of, path, put, refused, rows, text_of, where
from support.dav import DECLARED, Client, Site, dav, event, open_site
from support.shares import mounted
from televent.adapters.postgres.dav_index.attachments import CHECK_EVERY, GRACE, SETTLED
from televent.application.attachments import Upload
from televent.application.refusals import QuotaExceeded
from televent.domain.ids import AccountId

LIMIT = 1024 * 1024
NAMES = ("D:quota-available-bytes", "D:quota-used-bytes")
AVAILABLE, USED = dav("quota-available-bytes"), dav("quota-used-bytes")
FULL = (507, dav("quota-not-exceeded"))


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with open_site(database_url, TELEVENT_ATTACHMENTS_MB="1") as site:
        yield site


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def room(client: Client, place: str = "") -> tuple[int, int]:
    """The available and the used bytes."""
    entry = client.propfind(place or client.home, *NAMES).only()
    return int(entry.text(AVAILABLE)), int(entry.text(USED))


def remove(client: Client, managed: str) -> None:
    assert client.ask("POST", path(client, f"action=attachment-remove&managed-id={managed}")).status == 204


def test_every_collection_says_what_is_used_and_what_is_left(ann: Client) -> None:
    put(ann)
    assert room(ann) == (LIMIT, 0)
    add(ann, b"x" * 1000)
    places = [ann.calendar(), *(f"{ann.home}{name}/" for name in ("inbox", "outbox", "notifications"))]
    for place in ("/caldav/", ann.home, *places):
        assert room(ann, place) == (LIMIT - 1000, 1000), place
    members = ann.propfind(ann.home, *NAMES, depth="1").responses()
    assert {entry.text(USED) for entry in members.values()} == {"1000"}
    # An object has no quota properties.
    assert ann.propfind(path(ann), *NAMES).only().missing == {AVAILABLE, USED}


def test_the_names_are_told_and_allprop_leaves_them_out(ann: Client) -> None:
    for place in (ann.home, ann.calendar(), f"{ann.home}inbox/"):
        names = ann.ask("PROPFIND", place, f"<D:propfind {DECLARED}><D:propname/></D:propfind>", Depth="0").only()
        assert {AVAILABLE, USED} <= set(names.props)
        every = ann.ask("PROPFIND", place, f"<D:propfind {DECLARED}><D:allprop/></D:propfind>", Depth="0").only()
        assert not {AVAILABLE, USED} & set(every.props)


def test_nobody_sets_them(ann: Client) -> None:
    for name in NAMES:
        body = f"<D:propertyupdate {DECLARED}><D:set><D:prop><{name}>1</{name}></D:prop></D:set></D:propertyupdate>"
        for place in (ann.home, ann.calendar()):
            answer = ann.ask("PROPPATCH", place, body)
            assert set(answer.only().by_status) == {"403"}
            assert "<D:cannot-modify-protected-property/>" in answer.text


def test_what_does_not_fit_is_refused_by_name_and_nothing_of_it_is_kept(site: Site, ann: Client) -> None:
    import http.client

    put(ann)
    add(ann, b"x" * (LIMIT - 10))
    before = text_of(ann)
    assert refused(add(ann, b"x" * 11)) == FULL
    # The length of a chunked body is known only as the body is read.
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    parts = (b"x" * 300_000 for _ in range(3))
    connection.request(
        "POST", path(ann, "action=attachment-add"), parts, {"Authorization": login_of(ann)}, encode_chunked=True
    )
    answer = connection.getresponse()
    assert (answer.status, b"quota-not-exceeded" in answer.read()) == (507, True)
    connection.close()
    assert text_of(ann) == before
    assert room(ann) == (10, LIMIT - 10)
    assert rows(site, "SELECT count(*) FROM attachment WHERE tenant_id = %s", ann.tenant) == [(1,)]
    assert add(ann, b"x" * 10).status == 201
    assert room(ann) == (0, LIMIT)
    # Events do not count.
    assert ann.put(f"{ann.calendar()}b.ics", event("b@example.com")).status == 201
    assert refused(add(ann, b"x")) == FULL


def test_an_upload_that_is_refused_in_the_end_takes_no_room(ann: Client) -> None:
    put(ann)
    assert add(ann, b"x" * 1000, query="&rid=20991231T000000Z").status == 403
    assert add(ann, b"x" * 1000, If_Match='"other"').status == 412
    assert room(ann) == (LIMIT, 0)


def test_what_is_cleaned_away_gives_its_room_back(site: Site, ann: Client) -> None:
    put(ann)
    answer = add(ann, b"x" * 1000)
    remove(ann, answer.headers["cal-managed-id"])
    assert room(ann)[1] == 1000
    sweep, now = site.core.attachments.sweep, site.core.backend.clock()
    sweep(now + CHECK_EVERY * 2)
    sweep(now + CHECK_EVERY * 4 + GRACE)
    assert room(ann) == (LIMIT, 0)
    sweep(now + CHECK_EVERY * 8 + GRACE * 2)
    assert room(ann) == (LIMIT, 0)


def test_what_is_attached_to_nothing_any_more_gives_way_to_who_needs_the_room(site: Site, ann: Client) -> None:
    put(ann)
    kept, dropped = add(ann, b"k" * 400_000), add(ann, b"d" * 600_000)
    assert refused(add(ann, b"n" * 500_000)) == FULL
    remove(ann, dropped.headers["cal-managed-id"])
    # An attachment that was stored just now may still be put into an object.
    assert refused(add(ann, b"n" * 500_000)) == FULL
    with site.core.pool.connection() as connection:
        connection.execute("UPDATE attachment SET looked_at = looked_at - %s", (SETTLED * 2,))
    assert add(ann, b"n" * 500_000).status == 201
    assert room(ann) == (LIMIT - 900_000, 900_000)
    assert ann.ask("GET", where(dropped)).status == 410
    assert ann.ask("GET", where(kept)).body == b"k" * 400_000


def test_two_that_come_at_once_cannot_both_have_the_last_of_the_room(site: Site, ann: Client) -> None:
    files, now, tenant = site.core.attachments, site.core.backend.clock(), AccountId(ann.tenant)
    ids = [site.core.backend.ids() for _ in range(8)]
    for each in ids:
        files.begin(Upload(tenant, each, "x", "text/plain", tenant), now)

    def finish(each: object) -> bool:
        try:
            files.finish(tenant, each, 300_000, 1, now)  # type: ignore[arg-type]
        except QuotaExceeded:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(finish, ids))
    assert (done.count(True), room(ann)) == (3, (LIMIT - 900_000, 900_000))


def test_a_sharee_who_writes_sees_the_owners_room_and_takes_of_it(ann: Client, bob: Client) -> None:
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    assert ann.ask("MKCALENDAR", ann.calendar("read")).status == 201
    writing, reading = mounted(ann, bob, "read-write"), mounted(ann, bob, "read", "read")
    assert bob.put(f"{writing}a.ics", event("a@example.com")).status == 201
    assert bob.ask("POST", f"{writing}a.ics?action=attachment-add", b"x" * 500).status == 201
    assert room(ann) == room(bob, writing) == (LIMIT - 500, 500)
    assert room(bob, ann.calendar("work")) == (LIMIT - 500, 500)
    assert room(bob) == (LIMIT, 0)
    assert bob.propfind(reading, *NAMES).only().missing == {AVAILABLE, USED}
    members = bob.propfind(bob.home, *NAMES, depth="1").responses()
    assert (members[writing].text(USED), members[bob.calendar()].text(USED)) == ("500", "0")


def test_a_full_disk_is_said_by_its_name(site: Site, ann: Client) -> None:
    put(ann)
    function = (
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
    )
    with site.core.pool.connection() as connection:
        connection.execute(function)
        connection.execute("CREATE TRIGGER no_room BEFORE INSERT ON attachment_chunk EXECUTE FUNCTION no_room()")
    assert refused(add(ann)) == (507, dav("sufficient-disk-space"))
    assert attach_lines(text_of(ann)) == []
    assert room(ann) == (LIMIT, 0)
