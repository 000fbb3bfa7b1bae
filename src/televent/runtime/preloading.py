"""The modules that the fork server imports for each service, before it starts a copy of itself as that service."""

from __future__ import annotations

import importlib
import sys
from typing import Final

EVERY: Final = ("uvloop", "televent.runtime.logs", "televent.runtime.up", "televent.runtime.services")
IMPORTS: Final[dict[str, tuple[str, ...]]] = {
    # uvicorn would import its protocol when the server starts.
    "api": ("televent.runtime.api", "uvicorn.protocols.http.httptools_impl"),
    "worker": (
        "televent.adapters.postgres.followers.runner",
        "televent.runtime.worker",
        "televent.runtime.push",
        "televent.adapters.email.outbound",
        "televent.adapters.email.smtp",
    ),
    "mail": ("televent.adapters.email.intake", "televent.adapters.email.listener"),
    "sandbox": ("televent.adapters.sandbox.server",),
    # aiogram is not here: it takes seconds and a hundred megabytes, which every service started later would carry. The
    # worker needs aiohttp as well, but not to be ready.
    "bot": ("aiohttp", "babel.dates", "fluent.runtime"),
}
"""Modules by service."""


def preload(service: str) -> None:
    """Imports the modules of a service."""
    for module in (*EVERY, *IMPORTS[service]):
        importlib.import_module(module)
    if "litestar" in sys.modules:
        from litestar import Litestar, get

        # The first application with a route imports Litestar's plugins.
        @get("/")
        async def nothing() -> None:
            return None

        Litestar([nothing], openapi_config=None, logging_config=None)
