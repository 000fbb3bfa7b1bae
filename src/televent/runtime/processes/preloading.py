"""The modules of each service. The fork server imports most of them, before it starts a copy of itself as that service;
the service imports the others before its event loop runs, so that a signal ends it in the midst of it."""

from __future__ import annotations

import importlib
import sys
from typing import Final

EVERY: Final = (
    "uvloop",
    "televent.runtime.logs",
    "televent.runtime.processes.allocator",
    "televent.runtime.up",
    "televent.runtime.services",
)
IMPORTS: Final[dict[str, tuple[str, ...]]] = {
    # uvicorn would import its protocol when the server starts.
    "api": ("televent.runtime.api", "uvicorn.protocols.http.httptools_impl"),
    "worker": (
        "televent.adapters.postgres.followers.runner",
        "televent.runtime.workers.worker",
        "televent.runtime.workers.indexing",
        "televent.runtime.workers.reminding",
        "televent.runtime.backups.backing_up",
        "televent.runtime.workers.grace",
        "televent.runtime.workers.push",
        "televent.adapters.email.outgoing.outbound",
        "televent.adapters.email.outgoing.reminders",
        "televent.adapters.email.outgoing.smtp",
        "fluent.runtime",
    ),
    "mail": ("televent.runtime.workers.incoming_mail", "televent.adapters.email.proving.resolver", "fluent.runtime"),
    "sandbox": ("televent.adapters.sandbox.server",),
    # The worker needs aiohttp as well, but not to be ready.
    "bot": ("aiohttp", "babel.dates", "fluent.runtime"),
}
"""Modules by service, for the fork server."""
OWN: Final[dict[str, tuple[str, ...]]] = {
    # aiogram takes seconds and a hundred megabytes, which every service started later would carry.
    "bot": ("televent.runtime.bot", "televent.adapters.telegram.app", "televent.adapters.telegram.notices.delivery"),
}
"""Modules by service, for the service alone."""


def import_whole(service: str) -> None:
    """Imports all modules of a service, in its own process."""
    for module in (*EVERY, *IMPORTS[service], *OWN.get(service, ())):
        importlib.import_module(module)


def preload(service: str) -> None:
    """Imports the modules of a service, in the fork server."""
    for module in (*EVERY, *IMPORTS[service]):
        importlib.import_module(module)
    if "litestar" in sys.modules:
        from litestar import Litestar, get

        # The first application with a route imports Litestar's plugins.
        @get("/")
        async def nothing() -> None:
            return None

        Litestar([nothing], openapi_config=None, logging_config=None)
