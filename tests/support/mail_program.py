"""Run as a program: receives and processes mail until it is killed; prints its port.

Arguments: the URL of the database, and the minutes after noon at which its clock stands.
"""

import asyncio
import sys
from datetime import timedelta

from support.passwords import CHEAP_PASSWORDS
from support.town import NOON
from televent.adapters.email.incoming.intake import Intake
from televent.adapters.email.listener import ListenerConfig, serve_mail
from televent.runtime.compose import build_core
from televent.settings import load_settings


async def main(url: str, minutes: int) -> None:
    core = build_core(load_settings(pool_size=4), url, CHEAP_PASSWORDS)
    core.backend.clock = lambda: NOON + timedelta(minutes=minutes)
    intake = Intake(core.backend, core.mail_book, core.run)
    await serve_mail(
        ListenerConfig("127.0.0.1", 0),
        intake,
        core.backend.clock,
        lambda: None,
        asyncio.Event(),
        on_port=lambda port: print(port, flush=True),
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
