"""The warning of passwords that cross a public network readably."""

from typing import Any

import pytest

from televent.runtime.banner import banner
from televent.runtime.configuration.exposure import exposed, own_address_towards
from televent.settings import Settings

PUBLIC = "198.41.0.4"


def settings(**variables: Any) -> Settings:
    return Settings(**{"API_HOST": "127.0.0.1", **variables})


@pytest.mark.parametrize(
    "variables",
    [
        {"API_HOST": PUBLIC},
        {"API_HOST": "2a00:1450:4001:80b::200e"},
        {"PUBLIC_URL": "http://calendar.example.com"},
        {"PUBLIC_URL": "http://calendar.example.com", "TELEVENT_TRUSTED_PROXIES": "127.0.0.1"},
        {"PUBLIC_URL": f"http://{PUBLIC}:3000"},
    ],
)
def test_passwords_in_public_are_warned_of(variables: dict[str, str]) -> None:
    found = settings(**variables)
    warning = exposed(found)
    assert warning is not None
    assert "passwords readably" in warning
    assert warning in banner(found, sandbox=False, seconds=1.0, account="services run as you")


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"API_HOST": "localhost"},
        {"API_HOST": "::1"},
        {"API_HOST": "192.168.1.5"},
        {"API_HOST": "fd00::5"},
        {"API_HOST": PUBLIC, "PUBLIC_URL": "https://calendar.example.com"},
        {"API_HOST": PUBLIC, "TELEVENT_TRUSTED_PROXIES": "10.0.0.1"},
        {"API_HOST": "0.0.0.0", "PUBLIC_URL": "http://localhost:3000"},
        {"API_HOST": "0.0.0.0", "PUBLIC_URL": "http://[::1]:3000"},
        {"API_HOST": "0.0.0.0", "PUBLIC_URL": "http://192.168.1.5:3000"},
    ],
)
def test_tls_and_private_networks_are_not(variables: dict[str, str]) -> None:
    found = settings(**variables)
    assert exposed(found) is None
    assert "WARNING" not in banner(found, sandbox=False, seconds=1.0, account="services run as you")


@pytest.mark.parametrize(("own", "warned"), [(PUBLIC, True), ("10.0.0.5", False), (None, False)])
def test_a_socket_on_every_address_counts_by_the_machines_own(own: str | None, warned: bool) -> None:
    found = [exposed(settings(API_HOST=host), lambda _: own) for host in ("0.0.0.0", "::")]
    assert [each is not None for each in found] == [warned] * 2


def test_the_machines_own_address_is_the_one_towards_another() -> None:
    assert own_address_towards("127.0.0.1") == "127.0.0.1"
