"""RFC 4918 §10.4 (If), RFC 6578 §5, RFC 9110 §8.8, §12.5.3, §13, §14: conditional, partial and compressed answers."""

import gzip

import pytest

from support.dav import Client, Site, event
from televent.application.content_codings import takes_gzip

OTHER = "urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2"


@pytest.fixture
def path(ann: Client) -> str:
    assert ann.put(f"{ann.calendar()}a.ics", event("a@example.com")).status == 201
    return f"{ann.calendar()}a.ics"


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("([{etag}])", 204),
        ('(["old"])', 412),
        ("([W/{etag}])", 412),
        ('(Not ["old"])', 204),
        ("(Not [{etag}])", 412),
        ('(["old"]) ([{etag}])', 204),
        (f"(<{OTHER}>)", 412),
        (f"(Not <{OTHER}>)", 204),
        (f"(<{OTHER}> [{{etag}}])", 412),
        (f"(Not <{OTHER}> [{{etag}}])", 204),
        (f"(Not <DAV:no-lock>) (<{OTHER}>)", 204),
        ("<{path}> ([{etag}])", 204),
        ("<http://127.0.0.1{path}> ([{etag}])", 204),
        ('<{path}> (["old"])', 412),
        ("<{path}none> ([{etag}])", 412),
        ('<{path}none> (Not ["x"])', 204),
        ("<http://elsewhere.example/x> ([{etag}])", 412),
        ("<{calendar}> (<{token}>)", 204),
        ("<{calendar}> (Not <{token}>)", 412),
        ("<{calendar}> (<data:,televent/none/0>)", 412),
        ('<{calendar}> (<data:,x>) <{path}> ([{etag}] Not ["old"])', 204),
        ("", 400),
        ("()", 400),
        ("([{etag}]", 400),
        ("([{etag}]))", 400),
        ("[{etag}]", 400),
        ("(Not)", 400),
        ("(Not Not [{etag}])", 400),
        ("<{path}>", 400),
        ("([{etag}]) <{path}> ([{etag}])", 400),
        ("<{path}> <{path}> ([{etag}])", 400),
        ("nonsense", 400),
        ("(" + '["x"] ' * 500 + ")", 400),
    ],
)
def test_the_if_header_decides(ann: Client, path: str, value: str, status: int) -> None:
    etag = ann.ask("HEAD", path).headers["etag"]
    sent = value.format(etag=etag, path=path, calendar=ann.calendar(), token=ann.sync(ann.calendar()).token())
    assert ann.put(path, event("a@example.com", "SUMMARY:New"), If=sent).status == status
    assert (b"SUMMARY:New" in ann.ask("GET", path).body) == (status == 204)


def test_if_holds_for_reading_and_for_what_is_not_there_too(ann: Client, path: str) -> None:
    assert ann.ask("GET", path, If='(["old"])').status == 412
    assert ann.propfind(path, "D:getetag", If='(["old"])').status == 412
    assert ann.ask("DELETE", path, If='(["old"])').status == 412
    assert ann.put(f"{ann.calendar()}b.ics", event("b@example.com"), If='(["x"])').status == 412
    assert ann.put(f"{ann.calendar()}b.ics", event("b@example.com"), If='(Not ["x"])').status == 201


def test_a_sync_token_lets_a_put_through_only_while_nothing_has_changed(ann: Client, path: str) -> None:
    token = ann.sync(ann.calendar()).token()
    named = f"<{ann.calendar()}> (<{token}>)"
    assert ann.put(f"{ann.calendar()}b.ics", event("b@example.com"), If=named).status == 201
    assert ann.put(f"{ann.calendar()}c.ics", event("c@example.com"), If=named).status == 412
    assert ann.ask("DELETE", path, If=named).status == 412
    assert ann.ask("GET", path).status == 200


def test_dates_decide_where_there_are_no_tags(ann: Client, path: str) -> None:
    head = ann.ask("HEAD", path).headers
    old, future = "Mon, 01 Jan 2001 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
    unchanged = ann.ask("GET", path, If_Modified_Since=head["last-modified"])
    assert (unchanged.status, unchanged.body, unchanged.headers["last-modified"]) == (304, b"", head["last-modified"])
    assert ann.ask("GET", path, If_Modified_Since=old).status == 200
    assert ann.ask("GET", path, If_Modified_Since="yesterday").status == 200
    assert ann.ask("GET", path, If_Modified_Since=future, If_None_Match='"old"').status == 200
    assert ann.ask("GET", path, If_Unmodified_Since=old).status == 412
    assert ann.put(path, event("a@example.com", "SUMMARY:x"), If_Unmodified_Since=old).status == 412
    assert ann.ask("DELETE", path, If_Unmodified_Since=old).status == 412
    assert ann.put(path, event("a@example.com", "SUMMARY:x"), If_Unmodified_Since=old, If_Match="*").status == 204
    assert ann.ask("DELETE", path, If_Unmodified_Since=future).status == 204


def test_a_range_is_not_promised_and_the_whole_comes(ann: Client, path: str) -> None:
    answer = ann.ask("GET", path, Range="bytes=0-9")
    assert (answer.status, answer.body) == (200, event("a@example.com"))
    assert answer.headers.get("accept-ranges", "none") == "none"


@pytest.mark.parametrize("method", ["LOCK", "UNLOCK"])
def test_there_are_no_locks(ann: Client, path: str, method: str) -> None:
    for each in (path, ann.calendar(), ann.home):
        answer = ann.ask(method, each, Lock_Token=f"<{OTHER}>")
        assert answer.status == 405
        assert method not in answer.headers["allow"]
    assert "2" not in ann.ask("OPTIONS", path).headers["dav"].split(", ")


def test_head_says_what_get_says(ann: Client, path: str) -> None:
    for each in (path, ann.calendar()):
        got, headed = ann.ask("GET", each), ann.ask("HEAD", each)
        same = ("etag", "content-type", "last-modified")
        assert [headed.headers.get(name) for name in same] == [got.headers.get(name) for name in same]
        assert (headed.status, headed.body) == (200, b"")


def test_a_long_multistatus_is_compressed_for_who_asks(ann: Client) -> None:
    for number in range(12):
        ann.put(f"{ann.calendar()}{number}.ics", event(f"{number}@example.com", f"DESCRIPTION:{'z' * 9000}"))
    props = "<D:getetag/><C:calendar-data/>"
    inner = f"<D:sync-token/><D:sync-level>1</D:sync-level><D:prop>{props}</D:prop>"
    plain = ann.report(ann.calendar(), "D:sync-collection", inner)
    packed = ann.report(ann.calendar(), "D:sync-collection", inner, Accept_Encoding="br, gzip;q=0.5")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["vary"]
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) * 5 < len(plain.body)
    short = ann.propfind(ann.calendar(), "D:getetag", Accept_Encoding="gzip")
    assert "content-encoding" not in short.headers


def test_an_etag_names_the_bytes_as_they_are(ann: Client) -> None:
    path = f"{ann.calendar()}long.ics"
    etag = ann.put(path, event("a@example.com", f"DESCRIPTION:{'z' * 9000}")).headers["etag"]
    answer = ann.ask("GET", path, Accept_Encoding="gzip")
    assert (answer.headers["etag"], "content-encoding" in answer.headers) == (etag, False)


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("identity", False),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("*;q=0", False),
        ("gzip;q=nonsense", False),
    ],
)
def test_who_takes_gzip_says_so(header: str | None, takes: bool) -> None:
    assert takes_gzip(header) == takes


def test_an_answer_that_a_client_has_not_read_outlasts_its_change(site: Site, ann: Client) -> None:
    bob = site.person(102, "Bob", "bob@example.com")
    people = ("ORGANIZER:mailto:ann@example.com", "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bob@example.com")
    ann.put(f"{ann.calendar()}m.ics", event("m@example.com", *people))
    (path,) = set(bob.propfind(bob.calendar(), "D:getetag", depth="1").responses()) - {bob.calendar()}
    first = bob.ask("GET", path)
    accepted = first.body.replace(b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=ACCEPTED")
    assert (
        bob.put(path, accepted, If_Match=first.headers["etag"]).headers["schedule-tag"] == first.headers["schedule-tag"]
    )
    alarm = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT"
    stale = first.body.replace(b"END:VEVENT", alarm)
    assert bob.put(path, stale, If_Match=first.headers["etag"]).status == 412
    merged = bob.put(path, stale, If_Schedule_Tag_Match=first.headers["schedule-tag"])
    assert (merged.status, "etag" in merged.headers) == (204, False)
    after = bob.ask("GET", path)
    assert b"PARTSTAT=ACCEPTED" in after.body
    assert b"BEGIN:VALARM" in after.body
    assert after.headers["schedule-tag"] != first.headers["schedule-tag"]
    assert b"PARTSTAT=ACCEPTED" in ann.ask("GET", f"{ann.calendar()}m.ics").body
