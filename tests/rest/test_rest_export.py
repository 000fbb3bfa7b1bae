"""The archive of everything at the REST door: asked for, streamed, bounded, and recorded."""

import http.client
import io
import json
import random
import zipfile
from contextlib import closing
from datetime import timedelta

import pytest

from support.dav import Client, Site, event
from support.rest import call, raw
from support.rest_person import RestPerson, signed_in
from support.waiting import NET, wait_until
from televent.adapters.rest.controllers.account.exports import AT_ONCE, PLACES
from televent.application.accounts.archive_requests import DEADLINE, OFFERED
from televent.application.use_cases.people.accounts import erase_account
from televent.application.use_cases.people.own_archive import ask_for_archive

ARCHIVE = "/api/users/me/export/archive"


@pytest.fixture
def me(site: Site, ann: Client) -> RestPerson:
    return signed_in(site.core, site.port, ann.tenant, "ann@example.com")


def state(me: RestPerson) -> str:
    return str(me.call("GET", "/users/me/export").json["state"])


def fetched(me: RestPerson) -> zipfile.ZipFile:
    status, headers, body = raw(me.port, "GET", ARCHIVE, None, {"Authorization": f"Bearer {me.access}"})
    assert (status, headers["content-type"], headers["cache-control"]) == (200, "application/zip", "no-store")
    assert headers["content-disposition"].startswith('attachment; filename="televent-20')
    return zipfile.ZipFile(io.BytesIO(body))


def test_the_journey_of_a_person_who_takes_everything_along(site: Site, ann: Client, me: RestPerson) -> None:
    assert ann.put(f"{ann.calendar()}tea.ics", event("tea")).status == 201
    assert me.call("GET", "/users/me/export").problem() == "no-such-path"
    assert me.call("GET", "/users/me/export/archive").problem() == "no-such-path"
    asked = me.call("POST", "/users/me/export")
    assert (asked.status, asked.json["state"], asked.json["archive"]) == (202, "ready", ARCHIVE)
    assert state(me) == "ready"
    archive = fetched(me)
    assert archive.testzip() is None
    account = json.loads(archive.read("account.json"))
    assert (account["name"], account["account"]) == ("Ann", str(ann.tenant))
    assert "UID:tea" in archive.read("objects.jsonl").decode()
    facts = [json.loads(line) for line in archive.read("facts.jsonl").splitlines()]
    (noted,) = (each for each in facts if each["name"] == "data-exported/1")
    assert (noted["by"], noted["door"]) == (str(ann.tenant), "rest")
    assert me.access not in str(archive.read("tables/session.jsonl"))
    wait_until(lambda: state(me) == "sent", what="the end of the export is noted")
    sent = me.call("GET", "/users/me/export").json
    assert sent["size"] > 1000
    assert fetched(me).testzip() is None
    assert me.call("POST", "/users/me/export").json["state"] in ("ready", "sending")


def test_only_somebody_who_signed_in_gets_it(site: Site) -> None:
    for method, path in (("POST", "/api/users/me/export"), ("GET", "/api/users/me/export"), ("GET", ARCHIVE)):
        assert call(site.port, method, path).problem() == "not-signed-in"


def test_a_process_writes_two_at_once_and_no_more(me: RestPerson) -> None:
    me.call("POST", "/users/me/export")
    for _ in range(AT_ONCE):
        assert PLACES.acquire(blocking=False)
    try:
        refused = me.call("GET", "/users/me/export/archive")
        assert (refused.status, refused.problem()) == (429, "too-many-requests")
        assert int(refused.headers["retry-after"]) >= 1
        assert state(me) == "ready"
    finally:
        for _ in range(AT_ONCE):
            PLACES.release()
    assert fetched(me).testzip() is None


def test_an_account_has_one_under_way_on_all_nodes(site: Site, me: RestPerson) -> None:
    requests, now = site.core.backend.archive_requests, site.core.backend.clock()
    me.call("POST", "/users/me/export")
    assert requests.begin(me.tenant, now)
    assert state(me) == "sending"
    assert me.call("GET", "/users/me/export/archive").problem() == "too-many-requests"
    assert me.call("POST", "/users/me/export").json["state"] == "sending"
    # A node that died with it holds nobody up for ever.
    row = requests.find(me.tenant, now)
    assert row is not None
    assert row.state(now + DEADLINE) == "torn"
    assert not requests.begin(me.tenant, now + DEADLINE - timedelta(seconds=1))
    assert requests.begin(me.tenant, now + DEADLINE)
    requests.end(me.tenant, now, now, 5)
    assert state(me) == "sending"
    requests.end(me.tenant, now + DEADLINE, now, None)
    assert state(me) == "ready"
    assert fetched(me).testzip() is None


def test_a_client_that_goes_away_gives_its_place_free(site: Site, ann: Client, me: RestPerson) -> None:
    # More than the buffers of both ends of a connection take, and nothing that can be packed.
    for number in range(40):
        notes = "DESCRIPTION:" + random.Random(number).randbytes(150_000).hex()
        assert ann.put(f"{ann.calendar()}{number}.ics", event(f"e{number}", "SUMMARY:Tea", notes)).status == 201
    me.call("POST", "/users/me/export")
    with closing(http.client.HTTPConnection("127.0.0.1", me.port, timeout=NET)) as connection:
        connection.request("GET", ARCHIVE, headers={"Authorization": f"Bearer {me.access}"})
        assert connection.getresponse().read(10)[:2] == b"PK"
    wait_until(lambda: state(me) == "ready", what="the export is noted as torn")
    assert fetched(me).testzip() is None


def test_it_can_be_fetched_for_a_day_and_goes_with_the_person(site: Site, me: RestPerson) -> None:
    backend = site.core.backend
    asked = ask_for_archive(backend, site.context(me.tenant))
    assert asked.expires_at == asked.asked_at + OFFERED
    assert backend.archive_requests.find(me.tenant, asked.expires_at) is None
    assert not backend.archive_requests.begin(me.tenant, asked.expires_at)
    assert backend.archive_requests.sweep(asked.expires_at) >= 1
    ask_for_archive(backend, site.context(me.tenant))
    erase_account(backend, site.context(me.tenant))
    assert backend.archive_requests.find(me.tenant, backend.clock()) is None
