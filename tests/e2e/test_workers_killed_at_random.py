"""Workers, bots, API and database are killed at random, and Telegram fails: everybody is told everything, in the chat
and by mail.

``make chaos ARGS=--chat`` does the same for five minutes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from chaos.chat.report import lines
from chaos.chat.run import Plan, run


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.xdist_group("e2e")
def test_everybody_is_told_everything_though_processes_are_killed_and_telegram_fails(tmp_path: Path) -> None:
    plan = Plan(seconds=30.0, people=12, acts=150, pauses=(2.0, 4.0), ahead=(10.0, 20.0), late=600.0)
    outcome = run(tmp_path, plan, seed=7)
    print("\n".join(lines(outcome)))
    assert not outcome.wrong
    assert {"worker", "bot", "database", "api"} <= set(outcome.kills)
    told = {"invitations", "moves", "answers", "reminders", "taps", "mails to a guest outside"}
    assert outcome.told.facts.keys() >= told
    assert outcome.faults["bad_gateway"] > 0
