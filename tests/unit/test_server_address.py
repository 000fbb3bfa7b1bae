"""The address that people are told, and PUBLIC_URL."""

from __future__ import annotations

from typing import Any

import pytest

from televent.application.reach import Reach
from televent.runtime.banner import banner
from televent.runtime.configuration.server_address import advice, connecting, reach
from televent.runtime.privileges import standing
from televent.runtime.up import services_environment
from televent.settings import Settings, SettingsError, load_settings

LAN, LAN_6 = "192.168.1.5", "2001:db8::5"


def settings(**variables: Any) -> Settings:
    return Settings(**{"API_PORT": 3000, **variables})


def towards(v4: str | None, v6: str | None = None) -> Any:
    return lambda address: v6 if ":" in address else v4


@pytest.mark.parametrize(
    ("variables", "own", "found"),
    [
        ({}, towards(LAN), Reach(f"http://{LAN}:3000/", "network")),
        ({"API_HOST": "::"}, towards(LAN, LAN_6), Reach(f"http://{LAN}:3000/", "network")),
        ({"API_HOST": "::"}, towards(None, LAN_6), Reach(f"http://[{LAN_6}]:3000/", "network")),
        ({}, towards(None, LAN_6), Reach("http://localhost:3000/", "machine")),
        ({}, towards("127.0.0.1"), Reach("http://localhost:3000/", "machine")),
        ({"API_HOST": "127.0.0.1"}, towards(LAN), Reach("http://127.0.0.1:3000/", "machine")),
        ({"API_HOST": "::1"}, towards(LAN), Reach("http://[::1]:3000/", "machine")),
        ({"API_HOST": "localhost"}, towards(LAN), Reach("http://localhost:3000/", "machine")),
        ({"API_HOST": "10.0.0.9"}, towards(LAN), Reach("http://10.0.0.9:3000/", "network")),
        ({"PUBLIC_URL": "https://cal.example.com"}, towards(LAN), Reach("https://cal.example.com/", "everybody")),
        ({"PUBLIC_URL": "https://example.com/cal/"}, towards(LAN), Reach("https://example.com/cal/", "everybody")),
    ],
)
def test_the_address_is_one_that_the_most_devices_reach(variables: dict[str, str], own: Any, found: Reach) -> None:
    assert reach(settings(**variables), own) == found


def test_the_banner_and_the_chat_page_say_who_reaches_the_address() -> None:
    for variables in ({"API_HOST": "10.0.0.9"}, {"API_HOST": "127.0.0.1"}, {"PUBLIC_URL": "https://cal.example.com"}):
        chosen = settings(**variables)
        at = reach(chosen)
        shown = banner(chosen, sandbox=True, seconds=1.0, account="services run as you")
        assert f"server    {at.url}\n" in shown
        assert advice(chosen, at) in shown
        assert connecting(chosen).startswith(f"Calendar apps connect to {at.url}")
    assert "PUBLIC_URL=https://" in advice(settings(API_HOST="10.0.0.9"), Reach("http://10.0.0.9:3000/", "network"))
    assert "API_HOST=127.0.0.1" in connecting(settings(API_HOST="127.0.0.1"))
    assert "no network" in advice(settings(), Reach("http://localhost:3000/", "machine"))


def test_services_get_no_public_url_that_the_operator_did_not_set() -> None:
    chosen = settings()
    assert "PUBLIC_URL" not in services_environment(chosen, "postgresql://x", standing(chosen))


@pytest.mark.parametrize(
    ("given", "kept", "path"),
    [
        ("https://cal.example.com", "https://cal.example.com", ""),
        ("HTTPS://Cal.Example.com:8443/", "https://cal.example.com:8443", ""),
        (
            "http://[2001:DB8::1]:3000/Cal/My-Calendars_1.0~x//",
            "http://[2001:db8::1]:3000/Cal/My-Calendars_1.0~x",
            "/Cal/My-Calendars_1.0~x",
        ),
        ("", None, ""),
    ],
)
def test_public_url_is_kept_without_its_last_slash(given: str, kept: str | None, path: str) -> None:
    found = settings(PUBLIC_URL=given)
    assert found.public_url == kept
    assert found.public_path == path


@pytest.mark.parametrize(
    "bad",
    [
        "cal.example.com",
        "ftp://cal.example.com",
        "https://",
        "https:///cal",
        "https://ann:hush@cal.example.com",
        "https://cal.example.com/?x=1",
        "https://cal.example.com/#x",
        "https://cal.example.com:0",
        "https://cal.example.com:70000",
        "https://cal.example.com/a/../b",
        "https://cal.example.com/a//b",
        "https://cal.example.com/%63al",
        "https://cal.example.com/my calendars",
        "https://[::g]",
        "https://cal.example.com/\r\nX: y",
        "https://b\u00fccher.example.com",
        f"https://{'a' * 300}.example.com",
    ],
)
def test_a_public_url_that_a_proxy_or_a_client_could_read_otherwise_is_refused(bad: str) -> None:
    with pytest.raises(SettingsError, match=r"^PUBLIC_URL: must be https://host or https://host/path"):
        load_settings(public_url=bad)
