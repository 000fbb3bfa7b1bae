"""RFC 8607: managed attachments, from POST to GET, and who may read them."""

import http.client
from datetime import timedelta
from urllib.parse import unquote, urlsplit
from uuid import UUID

import pytest

from support.attachments import SERIES, add, attach_lines, login_of, path, put, refused, rows, text_of, where
from support.dav import Client, Site, cal, event
from televent.adapters.postgres.dav_index.attachments import CHECK_EVERY, GRACE
from televent.application.attachments import CHUNK, MAX_ATTACHMENT, MAX_ATTACHMENTS, Upload
from televent.domain.ids import AccountId


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def test_options_and_properties_say_what_may_be_attached(ann: Client) -> None:
    put(ann)
    for place in (ann.home, ann.calendar(), path(ann)):
        assert "calendar-managed-attachments" in ann.ask("OPTIONS", place).headers["dav"].split(", ")
    assert "POST" in ann.ask("OPTIONS", path(ann)).headers["allow"]
    entry = ann.propfind(ann.calendar(), "C:max-attachment-size", "C:max-attachments-per-resource").only()
    assert entry.text(cal("max-attachment-size")) == str(MAX_ATTACHMENT)
    assert entry.text(cal("max-attachments-per-resource")) == str(MAX_ATTACHMENTS)
    home = ann.propfind(ann.home, "C:managed-attachments-server-URL").only()
    # §6.1: no href means the scheme and authority of the client's own request.
    assert len(home.props[cal("managed-attachments-server-URL")]) == 0


def test_an_attachment_is_added_and_every_other_line_stays(ann: Client) -> None:
    before = put(ann, *SERIES).decode().split("\r\n")
    answer = add(ann)
    assert (answer.status, answer.body) == (201, b"")
    managed = answer.headers["cal-managed-id"]
    text = text_of(ann)
    (line,) = attach_lines(text)
    assert line == (
        f"ATTACH;MANAGED-ID={managed};FMTTYPE=text/html;FILENAME=agenda.html;SIZE=6:{answer.headers['location']}"
    )
    after = text.replace("\r\n ", "").split("\r\n")
    after.remove(line)
    assert [each for each in after if not each.startswith("DTSTAMP")] == [
        each for each in before if not each.startswith("DTSTAMP")
    ]
    # The client has not read the new text. An entity tag would claim that it has.
    assert "etag" not in answer.headers


def test_it_is_read_back_as_a_file_that_no_browser_opens(ann: Client) -> None:
    put(ann)
    answer = add(ann, b"<script>alert(1)</script>")
    got = ann.ask("GET", where(answer))
    assert (got.status, got.body) == (200, b"<script>alert(1)</script>")
    assert got.headers["content-type"] == "text/html"
    assert got.headers["content-disposition"] == "attachment; filename=\"agenda.html\"; filename*=UTF-8''agenda.html"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert got.headers["content-length"] == str(len(got.body))
    head = ann.ask("HEAD", where(answer))
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(got.body)))
    assert ann.ask("GET", where(answer), If_None_Match=got.headers["etag"]).status == 304


@pytest.mark.parametrize("size", [3, CHUNK * 3])
def test_its_length_is_said_once(site: Site, ann: Client, size: int) -> None:
    put(ann)
    answer = add(ann, b"x" * size)
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.request("GET", where(answer), headers={"Authorization": login_of(ann)})
    got = connection.getresponse()
    assert (got.headers.get_all("content-length"), len(got.read())) == ([str(size)], size)
    connection.close()


def test_the_object_comes_back_where_that_is_preferred(ann: Client) -> None:
    put(ann)
    answer = add(ann, Prefer="return=representation")
    assert (answer.status, answer.text) == (201, text_of(ann))
    assert answer.headers["etag"] == ann.ask("GET", path(ann)).headers["etag"]
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["content-location"] == path(ann)
    assert answer.headers["preference-applied"] == "return=representation"
    managed = answer.headers["cal-managed-id"]
    gone = ann.ask("POST", path(ann, f"action=attachment-remove&managed-id={managed}"), Prefer="return=representation")
    assert (gone.status, attach_lines(gone.text)) == (200, [])


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
def test_bytes_of_any_number_come_back_as_they_went(ann: Client, size: int) -> None:
    put(ann)
    body = bytes(number * 7 % 251 for number in range(size))
    answer = add(ann, body)
    got = ann.ask("GET", where(answer))
    assert (got.status, got.body) == (200, body)
    assert f"SIZE={size}" in attach_lines(text_of(ann))[0]


def test_an_update_takes_the_place_of_the_old_one_everywhere(ann: Client) -> None:
    put(ann, *SERIES)
    first = add(ann)
    old = first.headers["cal-managed-id"]
    answer = ann.ask(
        "POST",
        path(ann, f"action=attachment-update&managed-id={old}"),
        b"new text",
        Content_Type="text/plain",
        Content_Disposition='attachment; filename="new agenda.txt"',
    )
    assert answer.status == 204
    (line,) = attach_lines(text_of(ann))
    assert answer.headers["cal-managed-id"] in line != old
    assert "FILENAME=new agenda.txt;SIZE=8" in line
    assert ann.ask("GET", where(answer)).body == b"new text"


def test_rid_names_components_and_makes_overrides(ann: Client) -> None:
    put(ann, *SERIES)
    only = add(ann, b"one", "&rid=20261127T100000Z")
    assert only.status == 201
    parts = text_of(ann).split("BEGIN:VEVENT")[1:]
    assert len(parts) == 2
    assert not attach_lines(parts[0])
    assert "RECURRENCE-ID:20261127T100000Z" in parts[1]
    assert len(attach_lines(parts[1])) == 1
    add(ann, b"two", "&rid=M")
    add(ann, b"three")
    master, override = text_of(ann).split("BEGIN:VEVENT")[1:]
    assert (len(attach_lines(master)), len(attach_lines(override))) == (2, 2)


def test_an_attachment_can_be_taken_from_one_occurrence_alone(ann: Client) -> None:
    put(ann, *SERIES)
    managed = add(ann).headers["cal-managed-id"]
    remove = f"action=attachment-remove&managed-id={managed}"
    assert ann.ask("POST", path(ann, f"{remove}&rid=20261126T100000Z")).status == 204
    master, override = text_of(ann).split("BEGIN:VEVENT")[1:]
    assert (len(attach_lines(master)), attach_lines(override)) == (1, [])
    again = ann.ask("POST", path(ann, f"{remove}&rid=20261126T100000Z"))
    assert refused(again) == (403, cal("valid-managed-id"))
    assert ann.ask("POST", path(ann, remove)).status == 204
    assert attach_lines(text_of(ann)) == []


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("", "valid-action"),
        ("action=attach", "valid-action"),
        ("action=attachment-add&action=attachment-add", "valid-action"),
        ("action=attachment-add&managed-id=x", "valid-managed-id"),
        ("action=attachment-update", "valid-managed-id"),
        ("action=attachment-update&managed-id=none", "valid-managed-id"),
        ("action=attachment-remove&managed-id=none", "valid-managed-id"),
        ("action=attachment-remove", "valid-managed-id"),
        ("action=attachment-update&managed-id=x&rid=M", "valid-rid"),
        ("action=attachment-add&rid=", "valid-rid"),
        ("action=attachment-add&rid=tomorrow", "valid-rid"),
        ("action=attachment-add&rid=20261126T110000Z", "valid-rid"),
        ("action=attachment-add&rid=20271126T100000Z", "valid-rid"),
        ("action=attachment-add&rid=" + ",".join(["M"] * 101), "valid-rid"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused_by_name(ann: Client, query: str, condition: str) -> None:
    put(ann, *SERIES)
    before = text_of(ann)
    assert refused(ann.ask("POST", path(ann, query), b"x", Content_Type="text/plain")) == (403, cal(condition))
    assert text_of(ann) == before


def test_what_is_too_large_is_refused_and_nothing_is_kept(site: Site, ann: Client) -> None:
    put(ann)
    before = text_of(ann)
    assert refused(add(ann, b"x" * (MAX_ATTACHMENT + 1))) == (403, cal("max-attachment-size"))
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    body = (b"x" * 1024 * 1024 for _ in range(21))
    login = {"Authorization": login_of(ann), "Content-Type": "text/plain"}
    connection.request("POST", path(ann, "action=attachment-add"), body, login, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, b"max-attachment-size" in answer.read()) == (403, True)
    connection.close()
    assert text_of(ann) == before
    assert rows(site, "SELECT count(*) FROM attachment WHERE tenant_id = %s", ann.tenant) == [(0,)]


def test_no_more_attachments_than_an_object_may_have(ann: Client) -> None:
    put(ann)
    for number in range(MAX_ATTACHMENTS):
        assert add(ann, b"x", name=f"{number}.txt").status == 201
    assert refused(add(ann)) == (403, cal("max-attachments-per-resource"))
    assert len(attach_lines(text_of(ann))) == MAX_ATTACHMENTS


def test_conditions_hold_for_attachments_too(ann: Client) -> None:
    put(ann)
    assert add(ann, If_Match='"other"').status == 412
    etag = ann.ask("GET", path(ann)).headers["etag"]
    assert add(ann, If_Match=etag).status == 201
    assert add(ann, If_Match=etag).status == 412
    assert ann.ask("POST", f"{ann.calendar()}none.ics?action=attachment-add", b"x").status == 404


def test_nothing_is_taken_from_strangers(ann: Client, bob: Client) -> None:
    put(ann)
    target = path(ann, "action=attachment-add")
    assert ann.ask("POST", target, b"x" * 2_000_000, login=False).status == 401
    assert bob.ask("POST", target, b"x").status == 403
    assert attach_lines(text_of(ann)) == []


def test_others_cannot_read_it_and_an_invited_one_can(ann: Client, bob: Client, site: Site) -> None:
    put(ann, "SUMMARY:Tea", "ORGANIZER:mailto:ann@example.com", "ATTENDEE:mailto:ann@example.com")
    answer = add(ann)
    assert bob.ask("GET", where(answer)).status == 404
    assert ann.ask("GET", where(answer), login=False).status == 401
    text = text_of(ann).replace(
        "ATTENDEE:mailto:ann@example.com", "ATTENDEE:mailto:ann@example.com\r\nATTENDEE:mailto:bob@example.com"
    )
    assert ann.put(path(ann), text.encode()).status == 204
    (copy,) = [href for href in bob.propfind(bob.calendar(), "D:getetag", depth="1").responses() if ".ics" in href]
    (line,) = attach_lines(bob.ask("GET", copy).text)
    url = line[line.index(":http") + 1 :]
    assert bob.ask("GET", urlsplit(url).path).body == b"agenda"
    eve = site.person(103, "Eve", "eve@example.com")
    assert eve.ask("GET", urlsplit(url).path).status == 404
    # Only the organizer changes the attachments of a meeting.
    refusal = bob.ask("POST", f"{copy}?action=attachment-add", b"x")
    assert refused(refusal) == (403, cal("allowed-attendee-scheduling-object-change"))
    assert bob.put(copy, bob.ask("GET", copy).body).status == 204


def test_a_put_keeps_attachments_takes_them_away_and_invents_none(ann: Client, bob: Client) -> None:
    put(ann)
    answer = add(ann)
    text = text_of(ann)
    assert ann.put(path(ann), text.replace("Tea", "Cake").encode()).status == 204
    invented = text.replace(answer.headers["cal-managed-id"], "11111111-2222-3333-4444-555555555555")
    assert refused(ann.put(path(ann), invented.encode())) == (403, cal("valid-managed-id-parameter"))
    assert refused(bob.put(path(bob), text.encode())) == (403, cal("valid-managed-id-parameter"))
    other = text.replace("a@example.com", "b@example.com").encode()
    assert ann.put(f"{ann.calendar()}b.ics", other).status == 201
    put(ann)
    assert attach_lines(text_of(ann)) == []
    assert ann.ask("GET", where(answer)).status == 200


def test_a_copy_and_a_moved_object_keep_their_attachments(ann: Client) -> None:
    put(ann)
    answer = add(ann)
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    copied = ann.ask("COPY", path(ann), Destination=f"{ann.calendar('work')}a.ics")
    assert copied.status == 201
    assert answer.headers["cal-managed-id"] in ann.ask("GET", f"{ann.calendar('work')}a.ics").text.replace("\r\n ", "")
    assert ann.ask("DELETE", path(ann)).status == 204
    assert ann.ask("MOVE", f"{ann.calendar('work')}a.ics", Destination=path(ann)).status == 201
    assert ann.ask("GET", where(answer)).body == b"agenda"


@pytest.mark.own_database
def test_what_nobody_has_any_more_goes_after_a_time_of_grace(site: Site, ann: Client) -> None:
    put(ann)
    kept, dropped = add(ann, b"kept"), add(ann, b"dropped")
    managed = dropped.headers["cal-managed-id"]
    assert ann.ask("POST", path(ann, f"action=attachment-remove&managed-id={managed}")).status == 204
    sweep, now = site.core.attachments.sweep, site.core.backend.clock()
    assert sweep(now + CHECK_EVERY * 2) == 2
    assert ann.ask("GET", where(dropped)).status == 200
    sweep(now + CHECK_EVERY * 4 + GRACE)
    assert ann.ask("GET", where(dropped)).status == 410
    assert ann.ask("GET", where(kept)).body == b"kept"
    assert rows(site, "SELECT count(*) FROM attachment_chunk WHERE attachment_id = %s", UUID(managed)) == [(0,)]


def test_an_upload_that_never_ended_goes_and_is_never_read(site: Site, ann: Client) -> None:
    files, now, torn = site.core.attachments, site.core.backend.clock(), UUID(int=7)
    files.begin(Upload(AccountId(ann.tenant), torn, "x", "text/plain", AccountId(ann.tenant)), now)
    files.add(AccountId(ann.tenant), torn, 0, b"half")
    assert ann.ask("GET", f"{ann.home}attachments/{torn}/x").status == 404
    files.sweep(now + timedelta(days=2))
    assert rows(site, "SELECT count(*) FROM attachment WHERE attachment_id = %s", torn) == [(0,)]


def test_name_and_bytes_are_sealed_and_erasure_takes_them(site: Site, ann: Client) -> None:
    put(ann)
    answer = add(ann, b"a very secret text", name="secret-name.txt")
    stored = rows(
        site,
        "SELECT described, sealed FROM attachment JOIN attachment_chunk USING (tenant_id, attachment_id)"
        " WHERE tenant_id = %s",
        ann.tenant,
    )
    assert stored
    assert not any(b"secret" in bytes(each) for row in stored for each in row if isinstance(each, bytes))
    site.core.keys.destroy(ann.tenant, site.core.backend.clock())
    assert ann.ask("GET", where(answer)).status == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PROPFIND", "POST", "PROPPATCH", "COPY"])
def test_an_attachment_is_changed_through_its_event_alone(ann: Client, method: str) -> None:
    put(ann)
    answer = add(ann)
    got = ann.ask(method, where(answer), b"x")
    assert (got.status, got.headers["allow"]) == (405, "OPTIONS, GET, HEAD")


def test_a_calendar_may_be_called_attachments(ann: Client) -> None:
    assert ann.ask("MKCALENDAR", ann.calendar("attachments")).status == 201
    assert ann.put(f"{ann.calendar('attachments')}a.ics", event("a@example.com")).status == 201


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("attachment; filename*=UTF-8''%D0%BF%D0%BB%D0%B0%D0%BD.txt", "план.txt"),
        ('attachment; filename="a \\"b\\".txt"', "a b.txt"),
        ("attachment; filename*=iso-8859-5''%BF%DB%D0%DD.txt", "План.txt"),
        ("attachment; filename*=windows-1251''%CF%EB%E0%ED.txt", "План.txt"),
        ("attachment; filename*=unicode_escape''%5Cu041f.txt", "u041f.txt"),
        ("attachment; filename*=UTF-8''%FF%EF%BF%BFa%EF%BF%BE%7F%C2%85%00.txt; filename=\"b.txt\"", "\ufffda.txt"),
        ("attachment; filename=../../etc/passwd", "passwd"),
        ('attachment; filename="план.txt"'.encode().decode("latin-1"), "план.txt"),
        ('attachment; filename="a;b:c,d.txt"', "a;b:c,d.txt"),
        ("attachment", "attachment"),
        ("", "attachment"),
        ("attachment; filename=" + "x" * 400 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_are_made_fit_and_survive_the_line(ann: Client, given: str, shown: str) -> None:
    from televent.ical.text.tree import parse

    put(ann)
    answer = ann.ask("POST", path(ann, "action=attachment-add"), b"x", Content_Disposition=given)
    assert answer.status == 201
    (part,) = parse(text_of(ann).encode()).components("VEVENT")
    line = part.get("ATTACH")
    assert line is not None
    assert (line.param("FILENAME"), line.value) == (shown, answer.headers["location"])
    assert ann.ask("GET", where(answer)).status == 200
    disposition = ann.ask("GET", where(answer)).headers["content-disposition"]
    assert unquote(disposition.partition("filename*=UTF-8''")[2]) == shown


def test_a_sharee_who_writes_attaches_and_one_who_reads_reads(site: Site, ann: Client, bob: Client) -> None:
    from televent.application.use_cases.calendars import sharing

    put(ann)
    context, core = site.context(AccountId(ann.tenant)), site.core
    account = core.backend.people.account(AccountId(bob.tenant))
    sharing.share_calendar(core.backend, context, name="default", sharee=account, access="read")
    there = path(ann, "action=attachment-add")
    assert bob.ask("POST", there, b"x").status == 403
    mine = add(ann)
    assert bob.ask("GET", where(mine)).body == b"agenda"
    sharing.share_calendar(
        core.backend, site.context(AccountId(ann.tenant)), name="default", sharee=account, access="read-write"
    )
    answer = bob.ask("POST", there, b"from bob", Prefer="return=representation")
    assert (answer.status, len(attach_lines(answer.text))) == (201, 2)
    assert ann.ask("GET", where(answer)).body == b"from bob"
