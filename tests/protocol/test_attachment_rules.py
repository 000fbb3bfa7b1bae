"""RFC 8607, rule by rule: parameters, PUT of ATTACH lines, guests, sharees, removed attachments."""

import http.client

import pytest

from support.attachments import SERIES, add, attach_lines, login_of, path, put, refused, rows, text_of, where
from support.dav import DECLARED, Client, Site, cal, dav, event, prop_body
from support.shares import mounted
from televent.adapters.postgres.dav_index.attachments import CHECK_EVERY, GRACE
from televent.application.attachments import MAX_ATTACHMENTS

MEETING = ("SUMMARY:Tea", *(f"{who}:mailto:{name}@example.com" for who, name in (("ORGANIZER", "ann"),
           ("ATTENDEE", "ann"), ("ATTENDEE", "bob"))))  # fmt: skip
PROTECTED = ("C:managed-attachments-server-URL", "C:max-attachment-size", "C:max-attachments-per-resource")


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def copy_of(guest: Client) -> str:
    """The path of the one event in the client's calendar."""
    found = guest.propfind(guest.calendar(), "D:getetag", depth="1").responses()
    (href,) = [each for each in found if each.endswith(".ics")]
    return href


def lines_at(client: Client, href: str) -> list[str]:
    return attach_lines(client.ask("GET", href).text)


def messages(client: Client) -> int:
    return len(client.propfind(f"{client.home}inbox/", "D:getetag", depth="1").responses()) - 1


def remove(client: Client, managed: str, query: str = "", **headers: str) -> tuple[int, str]:
    answer = client.ask("POST", path(client, f"action=attachment-remove&managed-id={managed}{query}"), **headers)
    return answer.status, answer.headers.get("cal-managed-id", "")


# ---- requests
def test_the_master_is_named_in_either_case_and_each_only_once(ann: Client) -> None:
    put(ann, *SERIES)
    assert add(ann, query="&rid=m").status == 201
    assert len(attach_lines(text_of(ann))) == 1
    for twice in ("M,m", "M,M", "20261126T100000Z,20261126T100000Z"):
        assert refused(add(ann, query=f"&rid={twice}")) == (403, cal("valid-rid")), twice


def test_an_occurrence_is_named_as_its_line_in_the_zone_of_the_series_says(ann: Client) -> None:
    zoned = (
        *("DTSTART;TZID=America/New_York:20261125T160000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4"),
        *("UID:a@example.com", "DTSTAMP:20261121T100000Z"),
    )
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", *zoned, "END:VEVENT"])
    assert ann.put(path(ann), f"{text}\r\nEND:VCALENDAR\r\n".encode()).status == 201
    assert add(ann, query="&rid=20261202T160000").status == 201
    assert "RECURRENCE-ID;TZID=America/New_York:20261202T160000" in text_of(ann)


def test_a_managed_id_comes_with_add_and_update_alone_and_once(site: Site, ann: Client) -> None:
    put(ann)
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.request("POST", path(ann, "action=attachment-add"), b"x", {"Authorization": login_of(ann)})
    got = connection.getresponse()
    got.read()
    (managed,) = got.headers.get_all("cal-managed-id") or []
    connection.close()
    assert "cal-managed-id" not in ann.ask("POST", path(ann, "action=attachment-add&managed-id=x"), b"x").headers
    assert remove(ann, managed) == (204, "")


def test_a_failed_condition_shows_what_stands_to_whom_prefers_it(ann: Client) -> None:
    put(ann)
    answer = add(ann, If_Match='"other"', Prefer="return=representation")
    assert (answer.status, answer.text) == (412, text_of(ann))
    assert answer.headers["content-location"] == path(ann)
    assert answer.headers["etag"] == ann.ask("GET", path(ann)).headers["etag"]
    assert "BEGIN:VCALENDAR" not in add(ann, If_Match='"other"').text


@pytest.mark.parametrize(
    ("query", "condition", "status"),
    [("action=attachment-add", '"other"', 412), ("action=attachment-add&managed-id=x", "*", 403)],
)
def test_who_asks_before_sending_is_not_told_to_send_what_is_refused(
    site: Site, ann: Client, query: str, condition: str, status: int
) -> None:
    put(ann)
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.putrequest("POST", path(ann, query))
    sent = {"Authorization": login_of(ann), "If-Match": condition, "Expect": "100-continue", "Content-Length": "999999"}
    for name, value in sent.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.sock is not None
    raw = connection.sock.makefile("rb").read()
    # The read ends because the server closes the connection: the next bytes could be a body or a request.
    assert raw.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"100 Continue" not in raw
    connection.close()


def test_who_asks_before_sending_is_told_to_send_what_is_wanted(site: Site, ann: Client) -> None:
    put(ann)
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.putrequest("POST", path(ann, "action=attachment-add"))
    for name, value in {"Authorization": login_of(ann), "Expect": "100-continue", "Content-Length": "4"}.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.sock is not None
    answers = connection.sock.makefile("rb")
    assert answers.readline() == b"HTTP/1.1 100 Continue\r\n"
    connection.sock.sendall(b"body")
    assert answers.readline() == b"\r\n"
    assert answers.readline() == b"HTTP/1.1 201 Created\r\n"
    connection.close()


def test_an_object_that_would_grow_too_large_takes_no_attachment(ann: Client) -> None:
    from televent.application.backend import OBJECT_LIMIT

    filled = event("a@example.com", "SUMMARY:Tea", "DESCRIPTION:", *(["X-FILL:" + "x" * 60] * 15_000))
    filled = filled.replace(b"DESCRIPTION:", b"DESCRIPTION:" + b"y" * (OBJECT_LIMIT - len(filled) - 20))
    assert ann.put(path(ann), filled).status == 201
    assert refused(add(ann)) == (403, cal("max-resource-size"))


# ---- properties
def test_what_may_be_attached_is_not_in_allprop_and_nobody_sets_it(ann: Client) -> None:
    shown = [
        ann.ask("PROPFIND", place, f"<D:propfind {DECLARED}><D:allprop/></D:propfind>", Depth="0").text
        for place in (ann.home, ann.calendar())
    ]
    for name in PROTECTED:
        assert not any(name in text for text in shown)
        place = ann.home if "server-URL" in name else ann.calendar()
        body = f"<D:propertyupdate {DECLARED}><D:set><D:prop><{name}>1</{name}></D:prop></D:set></D:propertyupdate>"
        answer = ann.ask("PROPPATCH", place, body)
        assert set(answer.only().by_status) == {"403"}
        assert "cannot-modify-protected-property" in answer.text


def test_a_renamed_calendar_says_the_same_of_attachments(ann: Client) -> None:
    assert ann.ask("MKCALENDAR", ann.calendar("old")).status == 201
    names = PROTECTED[1:]
    before = ann.propfind(ann.calendar("old"), *names).only()
    assert ann.ask("MOVE", ann.calendar("old"), Destination=ann.calendar("new")).status == 201
    after = ann.propfind(ann.calendar("new"), *names).only()
    for name in ("max-attachment-size", "max-attachments-per-resource"):
        assert after.text(cal(name)) == before.text(cal(name)) != ""


# ---- PUT
def test_a_put_with_a_wrong_size_or_a_dangerous_name_is_corrected(ann: Client) -> None:
    put(ann)
    add(ann, b"agenda")
    right = attach_lines(text_of(ann))
    bent = text_of(ann).replace("SIZE=6", "SIZE=60").replace("FILENAME=agenda.html", 'FILENAME="../../agenda.html"')
    answer = ann.put(path(ann), bent.encode())
    # §3.7, §4.2. The stored bytes are not the client's, so there is no entity tag (RFC 4791 §5.3.4).
    assert (answer.status, "etag" in answer.headers) == (204, False)
    assert attach_lines(text_of(ann)) == right
    other = bent.replace("a@example.com", "b@example.com")
    assert ann.put(f"{ann.calendar()}b.ics", other.encode()).status == 201
    assert lines_at(ann, f"{ann.calendar()}b.ics") == right


def test_a_put_does_not_move_an_attachment_to_another_url(ann: Client) -> None:
    """A guest who trusts the server's MANAGED-ID must not be led to a stranger's file."""
    put(ann)
    url = add(ann).headers["location"]
    (right,) = attach_lines(text_of(ann))
    bent = text_of(ann).replace("\r\n ", "").replace(url, "https://evil.example/agenda.html")
    answer = ann.put(path(ann), bent.encode())
    assert (answer.status, "etag" in answer.headers) == (204, False)
    assert attach_lines(text_of(ann)) == [right]
    other = bent.replace("a@example.com", "b@example.com")
    answer = ann.put(f"{ann.calendar()}b.ics", other.encode())
    assert refused(answer) == (403, cal("valid-managed-id-parameter"))


def test_a_right_line_is_stored_as_it_came_in_every_object(ann: Client) -> None:
    put(ann)
    add(ann)
    other = text_of(ann).replace("a@example.com", "b@example.com").encode()
    answer = ann.put(f"{ann.calendar()}b.ics", other)
    assert (answer.status, "etag" in answer.headers) == (201, True)
    assert ann.ask("GET", f"{ann.calendar()}b.ics").body == other


def test_a_put_cannot_have_more_attachments_than_an_object_may_have(ann: Client) -> None:
    put(ann)
    for number in range(MAX_ATTACHMENTS):
        assert add(ann, b"x", name=f"{number}.txt").status == 201
    full = attach_lines(text_of(ann))
    other = event("b@example.com", "SUMMARY:Tea")
    assert ann.put(f"{ann.calendar()}b.ics", other).status == 201
    answer = ann.ask("POST", f"{ann.calendar()}b.ics?action=attachment-add", b"x")
    own = lines_at(ann, f"{ann.calendar()}b.ics")
    assert (answer.status, len(own)) == (201, 1)
    both = event("b@example.com", "SUMMARY:Tea", *own, *full)
    refusal = ann.put(f"{ann.calendar()}b.ics", both)
    assert refused(refusal) == (403, cal("max-attachments-per-resource"))
    assert lines_at(ann, f"{ann.calendar()}b.ics") == own


# ---- scheduling
def test_guests_are_told_of_every_attachment_that_comes_changes_and_goes(ann: Client, bob: Client) -> None:
    put(ann, *MEETING)
    href = copy_of(bob)
    told = messages(bob)
    first = add(ann)
    managed = first.headers["cal-managed-id"]
    assert lines_at(bob, href) == attach_lines(text_of(ann)) != []
    assert messages(bob) == told + 1
    second = ann.ask("POST", path(ann, f"action=attachment-update&managed-id={managed}"), b"new")
    assert second.status == 204
    assert lines_at(bob, href) == attach_lines(text_of(ann))
    assert messages(bob) == told + 2
    assert bob.ask("GET", where(second)).body == b"new"
    # The guests cannot read an attachment that was removed from the meeting.
    assert bob.ask("GET", where(first)).status == 404
    assert remove(ann, second.headers["cal-managed-id"])[0] == 204
    assert lines_at(bob, href) == []
    assert messages(bob) == told + 3


def test_a_guest_can_neither_add_nor_change_nor_remove_one(ann: Client, bob: Client) -> None:
    put(ann, *MEETING)
    managed = add(ann).headers["cal-managed-id"]
    href = copy_of(bob)
    for query in (
        "action=attachment-add",
        f"action=attachment-update&managed-id={managed}",
        f"action=attachment-remove&managed-id={managed}",
    ):
        answer = bob.ask("POST", f"{href}?{query}", b"x")
        assert refused(answer) == (403, cal("allowed-attendee-scheduling-object-change"))
    lines = lines_at(bob, href)
    # A guest's PUT is corrected like any change of the organizer's lines: an own attachment, a stale one, none.
    mine = event("own@example.com", "SUMMARY:Own")
    assert bob.put(f"{bob.calendar()}own.ics", mine).status == 201
    assert bob.ask("POST", f"{bob.calendar()}own.ics?action=attachment-add", b"x").status == 201
    (own,) = lines_at(bob, f"{bob.calendar()}own.ics")
    text = bob.ask("GET", href).text.replace("\r\n ", "")
    for changed in (
        text.replace(lines[0], f"{lines[0]}\r\n{own}"),
        text.replace(f"{lines[0]}\r\n", ""),
        text.replace(managed, "11111111-2222-3333-4444-555555555555"),
    ):
        assert changed != text
        assert bob.put(href, changed.encode()).status == 204
        assert lines_at(bob, href) == lines
    assert attach_lines(text_of(ann)) == lines


def test_a_guest_cannot_put_an_attachment_into_a_meeting_that_the_guest_creates(ann: Client) -> None:
    put(ann)
    managed = add(ann).headers["cal-managed-id"]
    (line,) = attach_lines(text_of(ann))
    guest = ("SUMMARY:Tea", "ORGANIZER:mailto:eve@elsewhere.example", "ATTENDEE:mailto:ann@example.com", line)
    answer = ann.put(f"{ann.calendar()}b.ics", event("b@example.com", *guest))
    assert refused(answer) == (403, cal("valid-managed-id-parameter"))
    assert managed in line


# ---- sharing
def test_a_sharee_uses_again_only_the_sharees_own_attachments(ann: Client, bob: Client) -> None:
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    put(ann)
    add(ann)
    (hers,) = attach_lines(text_of(ann))
    place = mounted(ann, bob, "read-write")
    one, two = event("one@example.com", "SUMMARY:One"), event("two@example.com", "SUMMARY:Two")
    assert bob.put(f"{place}one.ics", one).status == 201
    assert bob.ask("POST", f"{place}one.ics?action=attachment-add", b"his").status == 201
    (bobs,) = lines_at(bob, f"{place}one.ics")
    again = two.replace(b"END:VEVENT", bobs.encode() + b"\r\nEND:VEVENT")
    assert bob.put(f"{place}two.ics", again).status == 201
    taken = event("three@example.com", "SUMMARY:Three", hers)
    assert refused(bob.put(f"{place}three.ics", taken)) == (403, cal("valid-managed-id-parameter"))
    # Ann owns the calendar and every attachment in it.
    assert ann.put(f"{ann.calendar('work')}three.ics", taken).status == 201
    assert bob.put(f"{bob.calendar()}mine.ics", event("m@example.com", "SUMMARY:M", bobs)).status == 403


# ---- removed attachments
def test_of_what_was_cleaned_away_its_owner_learns_that_it_is_gone(site: Site, ann: Client, bob: Client) -> None:
    put(ann)
    answer = add(ann)
    (line,) = attach_lines(text_of(ann))
    put(ann, "SUMMARY:Without")
    sweep, now = site.core.attachments.sweep, site.core.backend.clock()
    sweep(now + CHECK_EVERY * 2)
    sweep(now + CHECK_EVERY * 4 + GRACE)
    assert ann.ask("GET", where(answer)).status == 410
    assert bob.ask("GET", where(answer)).status == 404
    back = event("a@example.com", "SUMMARY:Back", line)
    assert refused(ann.put(path(ann), back)) == (403, cal("valid-managed-id-parameter"))
    chunks = "SELECT count(*) FROM attachment_chunk AS chunk WHERE chunk.tenant_id = attachment.tenant_id"
    kept = f"SELECT described, chunks, ({chunks}) FROM attachment WHERE tenant_id = %s"  # noqa: S608
    assert rows(site, kept, ann.tenant) == [(b"", 0, 0)]


def test_a_client_that_loses_the_parameters_does_not_lose_the_file(site: Site, ann: Client) -> None:
    put(ann)
    answer = add(ann)
    put(ann, "SUMMARY:Tea", f"ATTACH:{answer.headers['location']}")
    sweep, now = site.core.attachments.sweep, site.core.backend.clock()
    sweep(now + CHECK_EVERY * 2)
    sweep(now + CHECK_EVERY * 4 + GRACE)
    assert ann.ask("GET", where(answer)).body == b"agenda"


def test_an_attachment_has_no_properties_and_stands_in_no_listing(ann: Client) -> None:
    put(ann)
    answer = add(ann)
    assert ann.ask("PROPFIND", where(answer), prop_body("D:getetag"), Depth="0").status == 405
    listed = ann.propfind(ann.home, "D:resourcetype", depth="1").responses()
    assert not any("attachments" in href for href in listed)
    assert dav("resourcetype") in listed[ann.calendar()].props
