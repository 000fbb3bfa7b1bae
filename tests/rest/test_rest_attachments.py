"""Files of events at the REST door: the same as the managed attachments of calendar apps."""

import http.client
import json
import re
from typing import Any

import pytest

from support.dav import Client, Site, open_site
from support.rest import Reply, raw
from support.rest_people import Api, api_of
from support.waiting import NET
from televent.application.attachments import CHUNK, MAX_ATTACHMENT

PAGE = b"<script>alert(1)</script>"
START = {"summary": "Standup", "start": "2027-11-30"}
NOVEMBER = "start=2027-11-01T00:00:00Z&end=2027-12-31T00:00:00Z"


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


@pytest.fixture
def bob(site: Site) -> Api:
    return api_of(site, site.person(102, "Bob", "bob@example.com"), "bob@example.com")


def send(api: Api, event: Any, content: bytes = PAGE, name: str = "agenda.html", **headers: str) -> Reply:
    path = f"/events/{event['id']}/attachments?name={name}"
    return api.ask("POST", path, content, **{"Content_Type": "text/html; charset=utf-8", **headers})


def fetch(api: Api, event: Any, attachment_id: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    path = f"/api/events/{event['id']}/attachments/{attachment_id}"
    sent = {"Authorization": f"Bearer {api.token}", **{name.replace("_", "-"): at for name, at in headers.items()}}
    return raw(api.port, "GET", path, None, sent)


def files(site: Site) -> int:
    with site.core.pool.connection() as connection:
        row = connection.execute("SELECT count(*) FROM attachment").fetchone()
    assert row is not None
    return int(row[0])


def test_the_journey_of_a_file(api: Api, ann: Client, bob: Api) -> None:
    event = api.made(**START, attendees=[{"email": "bob@example.com"}])
    made = send(api, event)
    assert made.status == 201, made.body
    file = made.json
    assert made.headers["location"] == f"/api/events/{event['id']}/attachments/{file['managed_id']}"
    assert (file["name"], file["media_type"], file["size"]) == ("agenda.html", "text/html", len(PAGE))
    assert api.get(f"/events/{event['id']}/attachments") == api.get(f"/events/{event['id']}")["attachments"] == [file]

    status, headers, content = fetch(api, event, file["managed_id"])
    assert (status, content) == (200, PAGE)
    assert headers["content-disposition"].startswith('attachment; filename="agenda.html"')
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert fetch(api, event, file["managed_id"], If_None_Match=headers["etag"])[0] == 304

    # A calendar app has the same file, and the guest has it with the meeting.
    assert ann.ask("GET", re.sub(r"^https?://[^/]+", "", file["url"])).body == PAGE
    (copy,) = bob.get(f"/events?{NOVEMBER}")["events"]
    assert fetch(bob, copy, file["managed_id"])[2] == PAGE
    assert bob.ask("DELETE", f"/events/{copy['id']}/attachments/{file['managed_id']}").problem() == "not-organizer"
    assert send(bob, copy).problem() == "not-organizer"

    assert api.ask("DELETE", f"/events/{event['id']}/attachments/{file['managed_id']}").status == 204
    assert api.get(f"/events/{event['id']}/attachments") == []
    assert fetch(api, event, file["managed_id"])[0] == 404
    gone = api.ask("DELETE", f"/events/{event['id']}/attachments/{file['managed_id']}")
    assert gone.problem() == "unknown-managed-id"


def test_strangers_and_other_events_have_no_file(site: Site, api: Api, bob: Api) -> None:
    event, other = api.made(**START), api.made(**START)
    file = send(api, event).json
    assert json.loads(fetch(api, other, file["managed_id"])[2])["type"].endswith("unknown-managed-id")
    assert fetch(bob, event, file["managed_id"])[0] == 404
    assert send(bob, event).problem() == "unknown-resource"


def test_a_large_file_is_stored_in_parts(api: Api) -> None:
    event, content = api.made(**START), bytes(range(256)) * (CHUNK // 256 * 2 + 1)
    file = send(api, event, content, Content_Type="Not A Type").json
    assert (file["size"], file["media_type"]) == (len(content), "application/octet-stream")
    assert fetch(api, event, file["managed_id"])[2] == content


@pytest.mark.own_database
def test_a_file_that_is_too_large_leaves_nothing(site: Site) -> None:
    api = api_of(site, site.person(101, "Ann", "ann@example.com"), "ann@example.com")
    event = api.made(**START)
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=NET)
    path = f"/api/events/{event['id']}/attachments?name=a"
    announced = {"Authorization": f"Bearer {api.token}", "Content-Length": str(MAX_ATTACHMENT + 1)}
    connection.request("POST", path, b"", announced)
    assert connection.getresponse().status == 413
    connection.close()
    # Without a length, the bytes are counted.
    part = b"x" * (1024 * 1024)
    assert raw(api.port, "POST", path, iter([part] * 21), {"Authorization": f"Bearer {api.token}"})[0] == 413  # type: ignore[arg-type]
    assert files(site) == 0
    assert api.get(f"/events/{event['id']}/attachments") == []


@pytest.mark.own_database
def test_a_condition_that_fails_is_told_before_the_upload(site: Site) -> None:
    api = api_of(site, site.person(101, "Ann", "ann@example.com"), "ann@example.com")
    event = api.made(**START)
    assert send(api, event, If_Match='"old"').problem() == "precondition-failed"
    assert send(api, event, name="").problem() == "invalid-request"
    assert files(site) == 0
    assert send(api, event, If_Match=f'"{event["etag"]}"').status == 201


def test_a_name_is_made_safe(api: Api) -> None:
    event = api.made(**START)
    file = send(api, event, name="..%2F..%2Fetc%2Fp%22%0D%0AX-A%3Ab%D1%8F.txt").json
    assert file["name"] == "pX-A:bя.txt"
    _, headers, _ = fetch(api, event, file["managed_id"])
    assert "x-a" not in headers
    assert headers["content-disposition"].endswith("%D1%8F.txt")


def test_the_quota_counts_the_files_of_this_door_too(database_url: str) -> None:
    with open_site(database_url, TELEVENT_ATTACHMENTS_MB="1") as site:
        api = api_of(site, site.person(101, "Ann", "ann@example.com"), "ann@example.com")
        event = api.made(**START)
        assert send(api, event, b"x" * (1024 * 1024 + 1)).problem() == "quota-exceeded"
        path = f"/api/events/{event['id']}/attachments?name=a"
        # Without a length, the bytes are counted.
        parts = iter([b"x" * 1024 * 512] * 3)
        assert raw(api.port, "POST", path, parts, {"Authorization": f"Bearer {api.token}"})[0] == 422  # type: ignore[arg-type]
        assert files(site) == 0
        assert send(api, event, b"x" * 1024 * 1024).status == 201
