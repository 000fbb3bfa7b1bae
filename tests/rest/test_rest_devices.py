"""Devices at the REST door: passwords made, used by CalDAV and revoked, and the links that set phones up."""

import base64
import hashlib
import plistlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates
from cryptography.x509 import load_pem_x509_certificate
from structlog.testing import capture_logs

from support.dav import Client, Site, open_site
from support.rest import Reply, call, raw
from support.rest_person import RestPerson, signed_in
from support.tls import make_certificate
from support.waiting import wait_until
from televent.adapters.rest.pages.device_settings import DeviceSettings, profile_of
from televent.adapters.rest.pages.profile_signing import BadCertificate, signer_of
from televent.application.use_cases.people.device_setup import LIFETIME, add_device_with_link, can_be_used, take_over
from televent.application.use_cases.people.devices import revoke_device
from televent.application.use_cases.people.erasure import request_erasure
from televent.domain.ids import AccountId
from televent.runtime.configuration.profile_signing import profile_signer
from televent.settings import SettingsError, load_settings

PUBLIC = "https://calendar.example.com/cal"


@pytest.fixture
def me(site: Site, ann: Client) -> RestPerson:
    return signed_in(site.core, site.port, ann.tenant, "ann@example.com")


def caldav(me: RestPerson, made: Any) -> int:
    """The status of a calendar app that asks with this password."""
    basic = base64.b64encode(f"{made['username']}:{made['password']}".encode()).decode()
    reply = call(me.port, "PROPFIND", f"/caldav/{me.tenant}/", b"", Authorization=f"Basic {basic}", Depth="0")
    return reply.status


def form(port: int, path: str, wanted: str) -> Reply:
    kind = "application/x-www-form-urlencoded"
    return call(port, "POST", path, f"for={wanted}".encode(), Content_Type=kind)


def path_of(made: Any) -> str:
    """The path of the link that sets the device up."""
    return "/api/setup/" + str(made["setup"]["url"]).rpartition("/")[2]


def test_the_journey_of_a_device(site: Site, me: RestPerson) -> None:
    for whose in ("me", str(me.tenant)):
        made = me.call("POST", f"/users/{whose}/devices", {"name": " My  phone "})
        assert (made.status, made.headers["cache-control"]) == (201, "no-store")
    device = made.json
    assert device["name"] == "My phone"
    assert len(device["password"]) == 16
    assert device["username"] == str(me.tenant)
    assert device["davx5_url"].startswith(f"caldav://{me.tenant}:{device['password']}@")
    assert ElementTree.fromstring(device["setup"]["qr_svg"]).tag == "{http://www.w3.org/2000/svg}svg"
    listed = me.call("GET", "/users/me/devices").json
    assert [each["name"] for each in listed][-2:] == ["My phone", "My phone"]
    assert device["password"] not in str(listed)
    assert listed[-1] == {**{name: device[name] for name in ("id", "name", "created_at")}, "last_used_at": None}
    assert caldav(me, device) == 207
    wait_until(lambda: me.call("GET", "/users/me/devices").json[-1]["last_used_at"], what="the use is noted")
    assert me.call("DELETE", f"/users/me/devices/{device['id']}").status == 204
    assert caldav(me, device) == 401
    assert me.call("DELETE", f"/users/me/devices/{device['id']}").problem() == "unknown-device"
    assert device["id"] not in {each["id"] for each in me.call("GET", "/users/me/devices").json}


def test_nobody_reaches_the_devices_of_others(site: Site, me: RestPerson) -> None:
    bob = site.person(102, "Bob", "bob@example.com")
    device = next(iter(site.core.backend.people.account(bob.tenant).devices)).device_id
    for whose in (str(bob.tenant), str(uuid4()), "bob", "102"):
        for method, path, body in (
            ("POST", "", {"name": "x"}), ("GET", "", None), ("DELETE", f"/{device}", None),
        ):  # fmt: skip
            reply = me.call(method, f"/users/{whose}/devices{path}", body)
            assert (reply.status, reply.problem()) == (404, "unknown-account")
    assert me.call("DELETE", f"/users/me/devices/{device}").problem() == "unknown-device"
    assert device in {each.device_id for each in site.core.backend.people.account(bob.tenant).devices}
    assert call(me.port, "GET", "/api/users/me/devices").problem() == "not-signed-in"


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb", None, 7])
def test_a_name_has_bounds(me: RestPerson, name: object) -> None:
    reply = me.call("POST", "/users/me/devices", {"name": name})
    assert reply.problem() == "invalid-request"
    assert reply.json["errors"][0]["name"] == "name"
    assert me.call("POST", "/users/me/devices", {"name": "x", "password": "0" * 16}).problem() == "invalid-request"


def test_a_new_device_revokes_a_requested_erasure(site: Site, me: RestPerson) -> None:
    request_erasure(site.core.backend, site.context(me.tenant))
    me.call("POST", "/users/me/devices", {"name": "Phone"})
    assert site.core.backend.people.account(me.tenant).erase_at is None


def test_a_link_sets_one_phone_up_once(me: RestPerson) -> None:
    made = me.call("POST", "/users/me/devices", {"name": "<Phone>"}).json
    path = path_of(made)
    for _ in "ab":
        # A chat that shows a preview of the link does not use it up.
        page = call(me.port, "GET", path, Accept_Language="ru")
        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert made["password"] not in page.body
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "script" not in page.headers["content-security-policy"]
        assert "Настройка устройства" in page.body
    assert form(me.port, path, "nothing").status == 200
    given = form(me.port, path, "other")
    assert given.status == 200
    assert made["password"] in given.body
    assert made["davx5_url"] in given.body
    for again in (form(me.port, path, "other"), form(me.port, path, "apple"), call(me.port, "GET", path)):
        assert again.status == 404
        assert made["password"] not in again.body


def test_two_phones_at_once_do_not_both_get_it(me: RestPerson) -> None:
    with ThreadPoolExecutor(8) as phones:
        for _ in range(5):
            path = path_of(me.call("POST", "/users/me/devices", {"name": "Phone"}).json)
            answers = list(phones.map(lambda path: form(me.port, path, "other").status, [path] * 8))
            assert sorted(answers) == [200, *[404] * 7]


def test_no_log_has_the_secret_of_a_link(me: RestPerson) -> None:
    with capture_logs() as logs:
        path = path_of(me.call("POST", "/users/me/devices", {"name": "Phone"}).json)
        call(me.port, "GET", path)
        form(me.port, path, "other")
        wait_until(lambda: sum(each.get("path") == "/api/setup/…" for each in logs) == 2, what="both lines of the log")
    assert path.rpartition("/")[2] not in str(logs)


def test_a_link_of_another_or_of_nobody_gives_nothing(me: RestPerson) -> None:
    made = me.call("POST", "/users/me/devices", {"name": "Phone"}).json
    path = path_of(made)
    for wrong in ("/api/setup/x", path[:-2], path + "AA", "/api/setup/" + "A" * 43):
        assert call(me.port, "GET", wrong).status == 404
        assert form(me.port, wrong, "other").status == 404
    assert me.call("DELETE", f"/users/me/devices/{made['id']}").status == 204
    assert call(me.port, "GET", path).status == 404
    assert form(me.port, path, "other").status == 404


def test_a_link_ends_after_a_quarter_of_an_hour(site: Site, ann: Client) -> None:
    backend = site.core.backend
    offered = add_device_with_link(backend, site.context(ann.tenant), name="Phone")
    real = backend.clock
    try:
        backend.clock = lambda: offered.expires_at - timedelta(seconds=1)
        assert can_be_used(backend, offered.secret)
        backend.clock = lambda: offered.made_at + LIFETIME
        assert not can_be_used(backend, offered.secret)
        assert take_over(backend, offered.secret) is None
        assert backend.setups.sweep(backend.clock()) >= 1
        backend.clock = real
        assert not can_be_used(backend, offered.secret)
    finally:
        backend.clock = real


def test_the_database_has_nothing_that_opens_a_link(site: Site, ann: Client) -> None:
    backend = site.core.backend
    offered = add_device_with_link(backend, site.context(ann.tenant), name="Phone")
    with site.core.pool.connection() as connection:
        query = "SELECT digest, sealed FROM device_setup WHERE tenant_id = %s AND device_id = %s"
        rows = connection.execute(query, (ann.tenant, offered.device.device_id)).fetchall()
    ((digest, sealed),) = rows
    assert offered.device.password.encode() not in bytes(sealed)
    assert offered.secret not in (bytes(digest), bytes(sealed))
    assert take_over(backend, bytes(digest)) is None
    revoke_device(backend, site.context(ann.tenant), device_id=offered.device.device_id)
    assert take_over(backend, offered.secret) is None


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificates"), "calendar.example.com")


@pytest.fixture
def far(database_url: str, certificate: Path) -> Iterator[RestPerson]:
    """A person at a server with an address of its own, below a path, and with a certificate."""
    name = str(certificate)
    with open_site(database_url, PUBLIC_URL=PUBLIC, MOBILECONFIG_CERT=name, MOBILECONFIG_KEY=name) as site:
        tenant = site.person(101, "Ann", "ann@example.com").tenant
        yield signed_in(site.core, site.port, tenant, "ann@example.com")


@pytest.mark.own_database
def test_an_iphone_gets_a_signed_profile_that_signs_in(far: RestPerson, certificate: Path) -> None:
    made = far.call("POST", "/users/me/devices", {"name": "Phone"}).json
    assert made["server_url"] == f"{PUBLIC}/"
    assert made["davx5_url"] == f"davx5://{far.tenant}:{made['password']}@calendar.example.com/cal/"
    assert made["setup"]["url"].startswith(f"{PUBLIC}/api/setup/")
    assert "Mac" in call(far.port, "GET", path_of(made)).body
    kind = "application/x-www-form-urlencoded"
    status, headers, body = raw(far.port, "POST", path_of(made), b"for=apple", {"Content-Type": kind})
    assert (status, headers["content-type"]) == (200, "application/x-apple-aspen-config")
    assert headers["content-disposition"] == 'attachment; filename="Televent.mobileconfig"'
    profile = body[body.index(b"<?xml") : body.index(b"</plist>") + len(b"</plist>\n")]
    (account,) = plistlib.loads(profile)["PayloadContent"]
    assert (account["CalDAVHostName"], account["CalDAVPort"], account["CalDAVUseSSL"]) == (
        "calendar.example.com", 443, True,
    )  # fmt: skip
    assert account["CalDAVPrincipalURL"] == f"/cal/caldav/{far.tenant}/"
    assert caldav(far, {"username": account["CalDAVUsername"], "password": account["CalDAVPassword"]}) == 207
    (signer,) = load_der_pkcs7_certificates(body)
    assert signer == load_pem_x509_certificate(certificate.read_bytes())
    # The signed attributes have the digest of the profile (RFC 5652 §11.2).
    assert hashlib.sha256(profile).digest() in body


def test_a_profile_of_a_device_replaces_itself(certificate: Path) -> None:
    settings = DeviceSettings("http://localhost:3000/", AccountId(uuid4()), "0" * 16)
    device = uuid4()
    first, again = (plistlib.loads(profile_of(settings, device, "Phone")) for _ in "ab")
    assert first == again
    assert first["PayloadUUID"] != plistlib.loads(profile_of(settings, uuid4(), "Phone"))["PayloadUUID"]
    (account,) = first["PayloadContent"]
    assert (account["CalDAVHostName"], account["CalDAVPort"], account["CalDAVUseSSL"]) == ("localhost", 3000, False)


def test_a_certificate_that_cannot_sign_is_told_at_the_start(certificate: Path, tmp_path: Path) -> None:
    other = make_certificate(tmp_path, "other.example.com").read_bytes()
    good = certificate.read_bytes()
    for certificates, key in ((b"nothing", good), (good, b"nothing"), (good, other)):
        with pytest.raises(BadCertificate):
            signer_of(certificates, key)
    empty = tmp_path / "empty.pem"
    empty.write_bytes(b"")
    for path, words in ((tmp_path / "none.pem", "cannot be read"), (empty, "cannot sign")):
        settings = load_settings(mobileconfig_cert=path, mobileconfig_key=certificate)
        with pytest.raises(SettingsError, match=words):
            profile_signer(settings)
    with pytest.raises(SettingsError, match="set both"):
        load_settings(mobileconfig_cert=certificate)
