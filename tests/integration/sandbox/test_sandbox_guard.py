"""Pages of other sites cannot reach the sandbox through a person's browser."""

import asyncio
import json
import stat
from pathlib import Path
from urllib.parse import quote

import pytest

from support.sandbox import ANN, sandbox_control
from televent.adapters.sandbox.config import SandboxConfig, kept_token, url_of
from televent.adapters.sandbox.guard import is_local

OURS = [
    "localhost:3001",
    "LOCALHOST",
    "localhost.:3001",
    "127.0.0.1:3001",
    "127.0.0.1",
    "127.9.9.9:80",
    "[::1]:3001",
    "[::1]",
    "[0:0:0:0:0:0:0:1]:3001",
    "[::ffff:127.0.0.1]:3001",
]
FOREIGN = [
    "evil:3001",
    "evil",
    "evil.example.com:3001",
    "localhost.example.com",
    "localhost..",
    "127.0.0.1.example.com",
    "127.0.0.1.nip.io:3001",
    "0.0.0.0:3001",
    "[::]:3001",
    "192.168.1.7:3001",
    "[2001:db8::7]:3001",
    "[::ffff:192.168.1.7]",
    "127.1",
    "2130706433",
    "user@localhost",
    "localhost, evil",
    "localhost:3001:3001",
    "[localhost]",
    "[::1",
    "",
]


@pytest.mark.parametrize("host", OURS)
def test_loopback_names_and_addresses_are_ours(host: str) -> None:
    assert is_local(host, "127.0.0.1")


@pytest.mark.parametrize("host", FOREIGN)
def test_all_other_hosts_are_foreign(host: str) -> None:
    assert not is_local(host, "127.0.0.1")
    assert not is_local(host, "localhost")


@pytest.mark.parametrize("bound", ["0.0.0.0", "::", "192.168.1.7", "calendar.lan"])
def test_a_sandbox_beyond_loopback_is_asked_by_address_or_by_its_own_name(bound: str) -> None:
    assert is_local("192.168.1.7:3001", bound)
    assert is_local("[2001:db8::7]:3001", bound)
    assert is_local("localhost:3001", bound)
    assert is_local("calendar.lan:3001", bound) == (bound == "calendar.lan")
    assert not is_local("evil.example.com:3001", bound)
    assert not is_local("0.0.0.0:3001", bound)


def test_an_image_on_another_page_does_not_take_the_bot_away() -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            for known in ("424242:sandbox-bot-token", "1000000000:sandbox-token-for-the-local-stand-in"):
                path = f"/bot{known}/setWebhook?url={quote('http://evil.example.com/')}"
                assert (await control.http.get(path)).status_code == 401
            # Even if the token leaks.
            stolen = f"/bot{control.sandbox.config.bot_token}/setWebhook?url={quote('http://evil.example.com/')}"
            for site in ("cross-site", "same-site"):
                image = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
                assert (await control.http.get(stolen, headers=image)).status_code == 403
                link = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
                assert (await control.http.get(stolen, headers=link)).status_code == 403
            for host in ("evil:3001", "evil.example.com"):
                assert (await control.http.get(stolen, headers={"Host": host})).status_code == 403
            info = (await control.call("getWebhookInfo")).json()["result"]
            assert info["url"] == ""

    asyncio.run(steps())


def test_no_path_answers_another_site_and_a_link_opens_only_the_pages() -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            server = control.sandbox
            paths = ["/", "/mail", "/sandbox", "/sandbox/people", f"/sandbox/people/{ANN}/messages", "/sandbox/changes"]
            paths += ["/sandbox/calls", "/sandbox/mails", f"/bot{server.config.bot_token}/getMe"]
            for path in paths:
                for site in ("cross-site", "same-site", "something new"):
                    foreign = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
                    assert (await control.http.get(path, headers=foreign)).status_code == 403
                framed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
                assert (await control.http.get(path, headers=framed)).status_code == 403
                link = {**framed, "Sec-Fetch-Dest": "document"}
                opened = (await control.http.get(path, headers=link)).status_code
                assert opened == (200 if path in ("/", "/mail") else 403)
                for own in ({"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}):
                    answer = await control.http.get(path, headers=own)
                    assert answer.status_code == 200
                    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
                    assert answer.headers["x-content-type-options"] == "nosniff"

    asyncio.run(steps())


def test_a_form_of_another_site_does_nothing() -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            path, body = f"/sandbox/people/{ANN}/messages", json.dumps({"text": "/device add"})
            port = control.sandbox.web_port
            for origin in ("null", "https://evil.example.com", f"http://evil:{port}", f"http://127.0.0.1:{port + 1}"):
                for kind in ("text/plain", "application/json"):
                    headers = {"Origin": origin, "Content-Type": kind}
                    assert (await control.http.post(path, content=body, headers=headers)).status_code == 403
            assert (await control.get(path))["messages"] == []
            own = {
                "Origin": f"http://LOCALHOST:{port}",
                "Host": f"localhost:{port}",
                "Content-Type": "application/json",
            }
            assert (await control.http.post(path, content=body, headers=own)).status_code == 201

    asyncio.run(steps())


def test_the_token_is_random_and_kept(tmp_path: Path) -> None:
    assert SandboxConfig().bot_token != SandboxConfig().bot_token
    assert SandboxConfig().bot_token not in repr(SandboxConfig(bot_token="1:" + "x" * 35))
    first, second = kept_token(tmp_path / "one"), kept_token(tmp_path / "two")
    assert first != second
    assert kept_token(tmp_path / "one") == first
    assert stat.S_IMODE((tmp_path / "one" / "token").stat().st_mode) == 0o600
    (tmp_path / "one" / "token").write_text("torn")
    assert kept_token(tmp_path / "one") not in (first, "torn")


def test_a_sandbox_on_an_ipv6_address_answers_there() -> None:
    assert url_of("0.0.0.0", 3001) == "http://127.0.0.1:3001"
    assert url_of("::", 3001) == "http://[::1]:3001"

    async def steps() -> None:
        async with sandbox_control(host="::1") as control:
            assert control.sandbox.url == f"http://[::1]:{control.sandbox.web_port}"
            assert (await control.get("/sandbox"))["bot"]["id"] == 1000000000

    asyncio.run(steps())
