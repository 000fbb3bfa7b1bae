"""Runs ``televent doctor``."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from televent.cli import cli


def findings(database_url: str, place: Path, **settings: str) -> dict[str, tuple[bool, str]]:
    """The findings of ``televent doctor``: for each check whether it passed, and the details. ``settings`` by variable
    name."""
    environment = {"DATABASE_URL": database_url, "TELEVENT_DATA_DIR": str(place), **settings}
    done = CliRunner().invoke(cli, ["doctor", "--json"], env=environment)
    return {each["check"]: (each["ok"], each["detail"]) for each in json.loads(done.stdout)}
