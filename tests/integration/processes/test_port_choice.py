"""Ports that were set are used or named; all others are free ones, which the data directory keeps."""

from __future__ import annotations

import contextlib
import json
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.running import free_ports
from televent.runtime.database import OperatorError
from televent.runtime.processes.port_choice import FILE, chosen_ports, kept_ports, with_kept_ports
from televent.settings import Settings

SERVICES = ("api", "worker", "mail", "sandbox", "bot")
NAMES = ("API_PORT", "MAIL_LISTEN_PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT")


@contextlib.contextmanager
def in_use(*numbers: int) -> Iterator[None]:
    """Another program has these ports, which may be so already."""
    with contextlib.ExitStack() as stack:
        for number in numbers:
            with contextlib.suppress(OSError):
                stack.enter_context(socket.create_server(("127.0.0.1", number)))
        yield


def settings(data_dir: Path, **variables: Any) -> Settings:
    return Settings(**{"TELEVENT_DATA_DIR": data_dir, "API_HOST": "127.0.0.1", **variables})


def numbers(found: Settings) -> dict[str, int]:
    return {name: getattr(found, name.lower()) for name in NAMES}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data directory of an installation with ports of its own."""
    place = tmp_path / "data"
    place.mkdir()
    (place / FILE).write_text(json.dumps(dict(zip(NAMES, free_ports(4), strict=True))))
    return place


def test_a_second_installation_gets_other_ports_and_keeps_them(tmp_path: Path) -> None:
    defaults = numbers(settings(tmp_path))
    with in_use(*defaults.values()), chosen_ports(settings(tmp_path), SERVICES) as (found, notes):
        assert len({*numbers(found).values(), *defaults.values()}) == 8
        assert len(notes) == 1
        assert all(f"{name}={number}" in notes[0] for name, number in numbers(found).items())
        assert "at every later start" in notes[0]
    with chosen_ports(settings(tmp_path), SERVICES) as (again, notes):
        assert numbers(again) == numbers(found) == kept_ports(tmp_path)
        assert notes == []
    # `televent account add` prints it.
    assert with_kept_ports(settings(tmp_path)).api_port == found.api_port
    status = (tmp_path / FILE).stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o600, tmp_path.stat().st_uid)


def test_connected_apps_find_their_port_again_when_it_is_free(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("televent.runtime.processes.port_choice.PATIENCE", 0.0)
    known = kept_ports(data)["API_PORT"]
    with in_use(known), chosen_ports(settings(data), SERVICES) as (found, notes):
        assert found.api_port not in kept_ports(data).values()
        assert f"connected to port {known} do not find this server" in notes[0]
    with chosen_ports(settings(data), SERVICES) as (found, notes):
        assert (found.api_port, notes) == (known, [])


@pytest.mark.parametrize(
    ("name", "variable", "value"),
    [
        *((name, name, None) for name in NAMES),
        ("API_PORT", "PUBLIC_URL", "https://cal.example.com"),
        ("MAIL_LISTEN_PORT", "MAIL_DOMAIN", "example.com"),
    ],
)
def test_a_port_that_was_set_or_that_others_lead_to_does_not_move(
    data: Path, name: str, variable: str, value: str | None
) -> None:
    number, before = kept_ports(data)[name], (data / FILE).read_bytes()
    message = f"^{name}={number}: Address already in use. Choose another with {name}.$"
    given = settings(data, **{variable: value or number})
    with in_use(number), pytest.raises(OperatorError, match=message), chosen_ports(given, SERVICES):
        raise AssertionError
    assert (data / FILE).read_bytes() == before
    with chosen_ports(given, SERVICES) as (found, _):
        assert numbers(found)[name] == number


def test_a_port_that_was_set_makes_way_for_no_default(data: Path) -> None:
    number = kept_ports(data)["SANDBOX_PORT"]
    with chosen_ports(settings(data, API_PORT=number), SERVICES) as (found, _):
        assert found.api_port == number
        assert found.sandbox_port != number


def test_a_second_start_on_the_same_data_moves_no_port(data: Path) -> None:
    other = dict(zip(NAMES, free_ports(4), strict=True))
    with chosen_ports(settings(data), SERVICES) as (found, _):
        with (
            in_use(found.api_port),
            pytest.raises(OperatorError, match="Another televent up runs on this data directory"),
            chosen_ports(settings(data), SERVICES),
        ):
            raise AssertionError
        with chosen_ports(settings(data, **other), SERVICES) as (second, _):
            assert numbers(second) == other
    assert kept_ports(data) == numbers(found)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"API_PORT": "x"}', '{"API_PORT": 70000}', '{"API_PORT": true}'])
def test_a_damaged_file_is_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    assert kept_ports(tmp_path) == {}
    with chosen_ports(settings(tmp_path), SERVICES) as (found, _):
        assert kept_ports(tmp_path) == numbers(found)
