"""RFC 4791 §5.3.2–5.3.4, RFC 9110 §13: PUT, GET, HEAD, DELETE of calendar objects."""

import psycopg
import pytest

from support.dav import Client, cal, event


def test_what_is_put_is_got_byte_for_byte(ann: Client) -> None:
    text = event(
        "a@example.com", "SUMMARY:T\u00e9a\\, and", 'X-UNKNOWN;X-P="q;r":v', "DESCRIPTION:" + "y" * 60 + "\r\n  folded"
    )
    path = f"{ann.calendar()}a.ics"
    put = ann.put(path, text)
    got = ann.ask("GET", path)
    assert (put.status, got.status, got.body) == (201, 200, text)
    assert put.headers["etag"] == got.headers["etag"]
    assert got.headers["etag"].startswith('"')
    assert got.headers["content-type"] == "text/calendar; charset=utf-8; component=VEVENT"
    head = ann.ask("HEAD", path)
    assert (head.body, head.headers["content-length"], head.headers["etag"]) == (
        b"",
        str(len(text)),
        put.headers["etag"],
    )


def test_a_second_put_replaces_and_moves_the_etag(ann: Client) -> None:
    path = f"{ann.calendar()}a.ics"
    first = ann.put(path, event("a@example.com"))
    second = ann.put(path, event("a@example.com", "SUMMARY:Cake"), If_Match=first.headers["etag"])
    assert second.status == 204
    assert second.headers["etag"] != first.headers["etag"]
    assert b"Cake" in ann.ask("GET", path).body


def test_the_same_put_again_changes_no_token(ann: Client) -> None:
    path = f"{ann.calendar()}a.ics"
    ann.put(path, event("a@example.com"))
    token = ann.sync(ann.calendar()).token()
    assert ann.put(path, event("a@example.com")).status == 204
    assert ann.sync(ann.calendar()).token() == token


@pytest.mark.parametrize(
    ("headers", "stands", "status"),
    [
        ({"If_None_Match": "*"}, True, 412),
        ({"If_None_Match": "*"}, False, 201),
        ({"If_Match": "*"}, False, 412),
        ({"If_Match": "*"}, True, 204),
        ({"If_Match": '"stale"'}, True, 412),
        ({"If_Match": '"stale"'}, False, 412),
        ({"If_Match": '"stale", {etag}'}, True, 204),
        ({"If_Match": "W/{etag}"}, True, 412),
        ({"If_None_Match": "{etag}"}, True, 412),
        ({"If_None_Match": '"stale"'}, True, 204),
        ({"If_Schedule_Tag_Match": '"x"'}, True, 412),
    ],
)
def test_conditions_are_exact(ann: Client, headers: dict[str, str], stands: bool, status: int) -> None:
    path = f"{ann.calendar()}a.ics"
    etag = ann.put(path, event("a@example.com")).headers["etag"] if stands else ""
    sent = {name: value.format(etag=etag) for name, value in headers.items()}
    assert ann.put(path, event("a@example.com", "SUMMARY:New"), **sent).status == status
    changed = b"SUMMARY:New" in ann.ask("GET", path).body
    assert changed == (status in (201, 204))


def test_a_delete_with_a_stale_etag_deletes_nothing(ann: Client) -> None:
    path = f"{ann.calendar()}a.ics"
    etag = ann.put(path, event("a@example.com")).headers["etag"]
    assert ann.ask("DELETE", path, If_Match='"stale"').status == 412
    assert ann.ask("DELETE", path, If_Match=etag).status == 204
    assert ann.ask("GET", path).status == 404
    assert ann.ask("DELETE", path).status == 404


def test_who_has_it_already_is_not_sent_it_again(ann: Client) -> None:
    path = f"{ann.calendar()}a.ics"
    etag = ann.put(path, event("a@example.com")).headers["etag"]
    same = ann.ask("GET", path, If_None_Match=f'"x", {etag}')
    assert (same.status, same.body, same.headers["etag"]) == (304, b"", etag)
    assert ann.ask("GET", path, If_None_Match='"x"').status == 200
    assert ann.ask("GET", path, If_Match='"x"').status == 412


def test_a_uid_stands_under_one_name(ann: Client) -> None:
    ann.put(f"{ann.calendar()}a%20b.ics", event("a@example.com"))
    answer = ann.put(f"{ann.calendar()}other.ics", event("a@example.com"))
    assert (answer.status, answer.precondition()) == (403, cal("no-uid-conflict"))
    assert answer.xml[0][0].text == f"{ann.calendar()}a%20b.ics"


BROKEN = {
    "no iCalendar": (b"hello", "valid-calendar-data"),
    "empty": (b"", "valid-calendar-data"),
    "torn": (event("a@example.com")[:-20], "valid-calendar-data"),
    "two UIDs": (
        event("a@example.com").replace(
            b"END:VCALENDAR", event("b@example.com").split(b"EN\r\n", 1)[1][:-15] + b"END:VCALENDAR"
        ),
        "valid-calendar-object-resource",
    ),
    "METHOD": (
        event("a@example.com").replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:REQUEST"),
        "valid-calendar-object-resource",
    ),
    "too large": (event("a@example.com", "DESCRIPTION:" + "x" * 1_100_000), "max-resource-size"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_bad_data_is_named_and_not_stored(ann: Client, case: str) -> None:
    text, precondition = BROKEN[case]
    answer = ann.put(f"{ann.calendar()}a.ics", text)
    assert (answer.status, answer.precondition()) == (403, cal(precondition))
    assert ann.ask("GET", f"{ann.calendar()}a.ics").status == 404


def test_another_media_type_is_refused(ann: Client) -> None:
    answer = ann.ask("PUT", f"{ann.calendar()}a.vcf", b"BEGIN:VCARD", Content_Type="text/vcard")
    assert (answer.status, answer.precondition()) == (403, cal("supported-calendar-data"))


def test_a_file_sent_by_hand_is_taken(ann: Client) -> None:
    curl = "application/x-www-form-urlencoded"
    assert ann.ask("PUT", f"{ann.calendar()}a.ics", event("a@example.com"), Content_Type=curl).status == 201


def test_a_chunked_body_is_taken(ann: Client) -> None:
    parts = iter([event("a@example.com")[:50], event("a@example.com")[50:]])
    answer = ann.ask("PUT", f"{ann.calendar()}a.ics", parts)  # type: ignore[arg-type]
    assert answer.status == 201
    assert ann.ask("GET", f"{ann.calendar()}a.ics").body == event("a@example.com")


def test_there_is_nothing_to_put_into_where_no_calendar_is(ann: Client) -> None:
    assert ann.put(f"{ann.calendar('none')}a.ics", event("a@example.com")).status == 409
    assert ann.put(ann.calendar(), event("a@example.com")).status == 405
    assert ann.put(f"{ann.home}inbox/a.ics", event("a@example.com")).status == 403
    assert ann.put(f"{ann.calendar()}{'x' * 300}.ics", event("a@example.com")).status == 403


def test_odd_names_are_spelt_alike_everywhere(ann: Client) -> None:
    for name in (
        "a%20b.ics",
        "100%25.ics",
        "%D1%87%D0%B0%D0%B9.ics",
        "semi;colon:at@x.ics",
        "a%26b%3Cc.ics",
        "q%3Fx%23y.ics",
        "line%0Afeed.ics",
    ):
        assert ann.put(f"{ann.calendar()}{name}", event(f"{name}@example.com")).status == 201
    listed = set(ann.propfind(ann.calendar(), "D:getetag", depth="1").responses()) - {ann.calendar()}
    assert set(ann.sync(ann.calendar()).responses()) == listed
    assert len(listed) == 7
    for href in listed:
        assert ann.ask("GET", href).status == 200
        assert ann.propfind(href, "D:getetag").only().href == href


def test_a_calendar_is_got_as_one_stream_with_each_zone_once(ann: Client) -> None:
    zone = (
        b"BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\nBEGIN:STANDARD\r\nDTSTART:19701025T020000\r\nTZOFFSETFROM:+0100\r\n"
        b"TZOFFSETTO:+0000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    for uid in ("a@example.com", "b@example.com"):
        ann.put(f"{ann.calendar()}{uid}.ics", event(uid).replace(b"BEGIN:VEVENT", zone + b"BEGIN:VEVENT", 1))
    answer = ann.ask("GET", ann.calendar())
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert [answer.body.count(each) for each in (b"BEGIN:VCALENDAR", b"BEGIN:VTIMEZONE", b"BEGIN:VEVENT")] == [1, 1, 2]
    assert ann.ask("HEAD", ann.calendar()).status == 200
    assert ann.ask("GET", ann.calendar(), If_None_Match=answer.headers["etag"]).status == 304


def test_a_stream_longer_than_a_chunk_comes_whole(ann: Client) -> None:
    for number in range(12):
        ann.put(f"{ann.calendar()}{number}.ics", event(f"{number}@example.com", f"DESCRIPTION:{'z' * 20_000}"))
    answer = ann.ask("GET", ann.calendar())
    assert answer.body.count(b"END:VEVENT") == 12
    assert answer.body.endswith(b"END:VCALENDAR\r\n")
    assert ann.propfind(ann.home, "D:owner").status == 207


def test_an_unknown_method_is_told_what_is_allowed(ann: Client) -> None:
    answer = ann.ask("LOCK", ann.calendar())
    assert answer.status == 405
    assert "PROPFIND" in answer.headers["allow"]
    assert ann.ask("LOCK", ann.calendar() + "a.ics").status == 405


@pytest.mark.own_database
def test_a_fault_inside_is_500_and_tells_nothing(ann: Client, database_url: str) -> None:
    assert ann.ask("GET", ann.calendar()).status == 200
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE resource RENAME TO elsewhere")
    answer = ann.ask("GET", ann.calendar())
    assert answer.status == 500
    assert b"resource" not in answer.body
