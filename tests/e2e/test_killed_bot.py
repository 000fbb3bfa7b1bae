"""A bot is killed with -9 while it handles an update: the next one handles it, however much was handled beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2e.people import People
from support.services import Services
from support.waiting import wait_until

ANN, BOB = 1001, 1002


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.xdist_group("e2e")
def test_a_killed_bot_loses_no_update_that_is_slow(database_url: str, tmp_path: Path) -> None:
    services = Services(database_url, tmp_path)
    try:
        for name in ("sandbox", "bot"):
            services.spawn(name)
            services.await_ready(name)
        people = People(services.sandbox)
        for person in (ANN, BOB):
            people.say(person, "/start")
            people.heard(person, "Right?")
        # Telegram leaves the bot waiting for an answer about Ann. Bob's updates are handled meanwhile.
        silence = {"method": "sendMessage", "chat_id": ANN, "delay": 30, "lost": True, "times": 9}
        people.http("POST", "/sandbox/faults", silence)
        people.say(ANN, "/week")
        wait_until(lambda: people.http("GET", "/sandbox/faults")["met"], what="Ann's update is being handled")
        for command, words in (("/device", "/device add"), ("/help", "/today"), ("/attendees", "/attendees")):
            people.say(BOB, command)
            people.heard(BOB, words)
        services.kill("bot")
        people.http("DELETE", "/sandbox/faults")
        services.spawn("bot")
        services.await_ready("bot")
        people.heard(ANN, "Nothing is planned")
    finally:
        services.end()
