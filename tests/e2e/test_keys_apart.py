"""The keys of persons beside a whole installation: made without a setting, wrapped again while it runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from e2e.people import CalendarApp
from support.dav import event
from support.running import Televent

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("e2e")]


def test_the_master_key_changes_while_calendars_are_used(tmp_path: Path) -> None:
    data = tmp_path / "data"
    televent = Televent(data)
    with televent:
        added = json.loads(televent.run("account", "add", "--telegram-id", "1001", "--name", "Ann", "--json").stdout)
        before = (data / "master-key").read_bytes()
        assert (data / "person-keys" / added["account"][:2] / f"{added['account']}.key").is_file()
        with CalendarApp(televent.api, 1001, added["password"]) as app:
            app.calendar.save_event(event("tea@example.com", "SUMMARY:Tea").decode())
            assert json.loads(televent.run("keys", "rotate", "--json").stdout) == {"wrapped": 1}
            app.calendar.save_event(event("cake@example.com", "SUMMARY:Cake").decode())
            assert sorted(app.summaries()) == ["Cake", "Tea"]
        assert (data / "master-key").read_bytes() != before
        assert televent.stop() == 0
    with televent:
        with CalendarApp(televent.api, 1001, added["password"]) as app:
            app.calendar.save_event(event("bread@example.com", "SUMMARY:Bread").decode())
            assert sorted(app.summaries()) == ["Bread", "Cake", "Tea"]
        # The processes that replay read the keys too.
        found = json.loads(televent.run("verify", "--projections", "--processes", "2", "--json").stdout)
        compared = found["projections"]
        assert compared["rows"] > 3
        assert (compared["differing_rows"], compared["accounts_in_trouble"]) == (0, 0), found
        assert televent.stop() == 0
        assert '"level": "error"' not in televent.output()
