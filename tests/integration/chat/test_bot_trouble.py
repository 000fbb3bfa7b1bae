"""The operator reads how often Telegram asked the bot to wait, and whether updates wait to be handled."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from support.doctor import findings
from support.passwords import CHEAP_PASSWORDS
from support.sandbox import ANN, Control, sandbox_control
from televent.adapters.postgres.queues.chats.bot_trouble import PostgresBotTrouble, recent, sweep_trouble
from televent.adapters.postgres.queues.chats.bot_updates import PostgresBotUpdates
from televent.adapters.telegram.call_trouble import WAIT
from televent.cli import cli
from televent.runtime.bot import serve_bot
from televent.runtime.compose import Core, build_core
from televent.settings import load_settings

pytestmark = pytest.mark.own_database


async def refuse_once(core: Core, control: Control) -> None:
    """A bot answers Ann, at the second attempt."""
    ready, stop = asyncio.Event(), asyncio.Event()
    bot = asyncio.create_task(serve_bot(core, ready.set, stop))
    await ready.wait()
    await control.post("/sandbox/faults", method="sendMessage", status=429, retry_after=1)
    await control.say(ANN, "/start")
    await control.heard(ANN, "Right?")
    stop.set()
    await bot


def test_a_wait_that_telegram_asked_for_is_shown(database_url: str, tmp_path: Path) -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            token = control.sandbox.config.bot_token
            settings = load_settings(pool_size=4, telegram_bot_token=token, telegram_api_base=control.sandbox.url)
            core = await asyncio.to_thread(build_core, settings, database_url, CHEAP_PASSWORDS)
            try:
                await refuse_once(core, control)
            finally:
                await asyncio.to_thread(core.close)

    assert findings(database_url, tmp_path)["calls"] == (True, "Telegram carried out all since yesterday")
    asyncio.run(steps())
    good, detail = findings(database_url, tmp_path)["calls"]
    assert good
    assert detail.startswith(f"1 calls since yesterday were made again: {WAIT} (1); the last one at 20")
    environment = {"DATABASE_URL": database_url}
    listed = CliRunner().invoke(cli, ["outbox", "list"], env=environment).output
    assert f"telegram      {detail}" in listed
    as_json = CliRunner().invoke(cli, ["outbox", "list", "--json"], env=environment).stdout
    assert json.loads(as_json)["telegram"] == {WAIT: 1}


def test_counts_of_processes_add_up_and_old_ones_are_deleted(database_url: str) -> None:
    core = build_core(load_settings(), database_url)
    try:
        for each in (
            PostgresBotTrouble(core.pool, 7),
            PostgresBotTrouble(core.pool, 7),
            PostgresBotTrouble(core.pool, 8),
        ):
            each.add({"a": 2, "b": 1})
        with core.pool.connection() as connection:
            assert [(each.reason, each.calls) for each in recent(connection)] == [("a", 6), ("b", 3)]
            connection.execute("UPDATE bot_trouble SET day = day - 8 WHERE bot_id = 7")
            assert [(each.reason, each.calls) for each in recent(connection)] == [("a", 2), ("b", 1)]
        assert sweep_trouble(core.pool) == 2
    finally:
        core.close()


def test_an_update_that_nobody_handles_is_a_finding(database_url: str, tmp_path: Path) -> None:
    assert findings(database_url, tmp_path)["updates"] == (True, "0 updates of Telegram are not handled yet")
    core = build_core(load_settings(), database_url)
    try:
        PostgresBotUpdates(core.pool, 7).keep({1: "{}"})
        with core.pool.connection() as connection:
            connection.execute("UPDATE bot_update SET kept_at = kept_at - interval '1 hour'")
    finally:
        core.close()
    good, detail = findings(database_url, tmp_path)["updates"]
    assert not good
    assert detail.startswith("1 updates of Telegram are not handled yet, the oldest for 36")
