"""The walk of issue one, as one test."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2e.walk import Walk
from support.running import Televent


@pytest.mark.xdist_group("e2e")
def test_a_meeting_walks_from_the_chat_to_calendar_apps_and_mail_and_back(tmp_path: Path) -> None:
    with Televent(tmp_path / "data") as televent:
        Walk(televent.api, televent.sandbox).go()
        assert '"level": "error"' not in televent.output()
        assert "Traceback" not in televent.output()
