"""Two installations on one machine, neither of which was told a port."""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path

import pytest

from support.running import Televent

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("e2e")]
PORTS = ("API_PORT", "SANDBOX_PORT", "MAIL_LISTEN_PORT", "SANDBOX_SMTP_PORT")


def untold(place: Path) -> Televent:
    televent = Televent(place)
    for name in PORTS:
        del televent.environment[name]
    return televent


def addresses(televent: Televent) -> tuple[str, str, str]:
    """Where the banner says that calendar apps, the chat page and mail are."""
    found = [
        re.search(rf"{label} +(\S+)", televent.output())
        for label in ("CalDAV and API", "Chat with the bot", "Mail comes in at")
    ]
    caldav, chat, mail = (each[1] for each in found if each is not None)
    return caldav, chat, mail


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


def test_they_run_side_by_side_and_keep_their_addresses(tmp_path: Path) -> None:
    first, second = untold(tmp_path / "first"), untold(tmp_path / "second")
    with first, second:
        here, there = addresses(first), addresses(second)
        assert not {*here} & {*there}
        assert f"API_PORT={there[0].strip('/').rpartition(':')[2]}" in second.output()
        for caldav, chat, _ in (here, there):
            # The start page of each leads to its own chat page.
            assert chat in get(caldav)
            assert "Televent sandbox" in get(chat)
        done = first.run("up")
        assert done.returncode == 2
        assert "Another televent up runs on this data directory" in done.stderr
        added = second.run("account", "add", "--telegram-id", "1001", "--name", "Ann")
        assert there[0].strip("/").rpartition(":")[2] in added.stdout
    with second:
        assert addresses(second) == there
        assert "In use by other programs" not in second.output()
