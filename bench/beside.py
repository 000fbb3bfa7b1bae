"""One more API process on the data of a running Televent, with bare Litestar handlers beside the doors: their floor.

``python -m bench.beside DATA_DIR PORT``
"""

from __future__ import annotations

import asyncio
import gc
import sys
from pathlib import Path
from typing import Any, cast

import msgspec
import uvicorn
import uvloop
from litestar import Litestar, get

from bench.store import open_data
from televent.adapters.http.app import Asgi, Receive, Scope, Send
from televent.adapters.postgres.dav_index.marks import PostgresMarks
from televent.adapters.rest.controllers.calendar.event_collection import EventPage
from televent.adapters.rest.controllers.calendar.event_examples import EVENT
from televent.adapters.rest.mapping.shapes import Event
from televent.runtime.api import http_app, live_hub, protocols
from televent.runtime.compose import Core
from televent.runtime.logs import set_up_logs

MONTH = 1_000
"""Number of events in the list of the floor."""
PREFIX = "/bare"


def bare() -> Asgi:
    """Handlers that have their answers at hand, and neither sign in nor log: Litestar encodes them."""
    event = msgspec.convert(EVENT, Event, strict=False)
    page = EventPage((event,) * MONTH, None)

    @get("/event", sync_to_thread=False)
    def one() -> Event:
        return event

    @get("/events", sync_to_thread=False)
    def month() -> EventPage:
        return page

    return cast(Asgi, Litestar([one, month], path=PREFIX, openapi_config=None, logging_config=None))


def beside(product: Asgi, floor: Asgi) -> Asgi:
    """The product's application, and the floor below PREFIX."""

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        await (floor if scope["path"].startswith(PREFIX) else product)(scope, receive, send)

    return both


async def serve(core: Core, port: int) -> None:
    """Serves until the process ends, as ``televent api`` does."""
    assert core.direct is not None
    app: Any = beside(http_app(core, PostgresMarks(core.direct), live_hub(core)), bare())
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off", loop="none",
        **protocols(core.settings), server_header=False, proxy_headers=False, timeout_keep_alive=75,
    )  # fmt: skip
    # As in the product, where a collection does not scan what stays for the life of the process.
    gc.freeze()
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    with open_data(Path(sys.argv[1])) as opened:
        set_up_logs(opened.settings.log_level, opened.settings.log_format)
        uvloop.install()
        asyncio.run(serve(opened, int(sys.argv[2])))
