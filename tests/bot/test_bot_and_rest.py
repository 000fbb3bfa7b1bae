"""Changes at the REST door show in the bot, and changes in the bot show there."""

from collections.abc import Iterator
from contextlib import contextmanager

from support.chat import Chats
from support.passwords import CHEAP_PASSWORDS
from support.rest import served
from support.rest_person import signed_in
from televent.runtime.api import http_app
from televent.runtime.compose import Core, build_core


@contextmanager
def node(chats: Chats) -> Iterator[tuple[Core, int]]:
    """Another node on the bot's database. Its clock is the real one, which access tokens need."""
    core = build_core(chats.core.settings, chats.core.conninfo, CHEAP_PASSWORDS)
    try:
        with served(http_app(core, None)) as port:
            yield core, port
    finally:
        core.close()


def test_a_preference_set_here_is_what_the_bot_shows_and_back(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin", address="ann-rest@example.com")
    with node(chats) as (core, port):
        me = signed_in(core, port, ann.account.tenant, "ann-rest@example.com")
        chosen = {"clock": "24", "reminder_minutes": [60, 10], "published": True, "free_busy": "everyone"}
        body = {"display_name": "Annie", "time_zone": "Europe/Prague", "preferences": chosen}
        assert me.call("PATCH", "/users/me", body).status == 200
        ann.says("/settings")
        menu = ann.hears("Settings")["text"]
        for line in (
            "as others see it: Annie", "Time zone: 10:30 (Prague", "Clock: 24 hours", "event: 10 min, 1 h",
            "public profile: shows your name", "everyone with an account here",
        ):  # fmt: skip
            assert line in menu
        ann.says("/settings quiet 22-7")
        ann.hears("Quiet hours: 22:00")
        assert me.call("GET", "/users/me").json["preferences"]["quiet_hours"] == {"from": "22:00", "until": "07:00"}
