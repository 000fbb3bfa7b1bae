"""The whole tour, as ``make demo`` shows it."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from e2e.demo import show
from support.running import Televent


@pytest.mark.xdist_group("e2e")
def test_a_meeting_goes_from_the_chat_to_calendar_apps_and_mail_and_back(tmp_path: Path) -> None:
    page = StringIO()
    output = show(Console(file=page, width=200), tmp_path / "data")
    assert '"level": "error"' not in output
    assert "Traceback" not in output
    shown = page.getvalue()
    for step in ("/create", "/device add", "curl -X PUT", "taps Accept", "METHOD:REPLY", "/attendees", "tombstone"):
        assert step in shown
    assert shown.rstrip().endswith("That was the whole tour. Stopping.")
    assert Televent(tmp_path / "data").descendants() == []
