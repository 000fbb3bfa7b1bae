"""Receives Telegram's updates by webhook: a POST with a secret header (Bot API, setWebhook)."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from aiogram import Bot, Dispatcher

from televent.adapters.telegram.receiving.updates import update_of
from televent.application.outage import Outage

log = structlog.get_logger("televent.bot")

MAX_UPDATE = 1024 * 1024
"""Max bytes of an update."""
_HEADER = b"x-telegram-bot-api-secret-token"


class Webhook:
    """An ASGI application that hands updates to the dispatcher. ``secret`` is the secret_token given to setWebhook; a
    request without it gets 401."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, secret: str) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._secret = secret.encode()

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        status = await self._answer(scope, receive)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def _answer(self, scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[Any]]) -> int:
        if scope["method"] != "POST":
            return 405
        given = next((value for name, value in scope["headers"] if name == _HEADER), b"")
        if not hmac.compare_digest(given, self._secret):
            return 401
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return 400
            body += message.get("body", b"")
            if len(body) > MAX_UPDATE:
                return 413
            if not message.get("more_body"):
                break
        try:
            raw = json.loads(body)
        except ValueError:
            return 400
        if not isinstance(raw, dict):
            return 400
        # 200 is sent only after the update is handled. Telegram repeats an update with any other answer, which is
        # harmless: every command is idempotent. So one that always fails, or that cannot be read, gets 200 too.
        update = update_of(self._bot, raw)
        if update is None:
            return 200
        try:
            await self._dispatcher.feed_update(self._bot, update)
        except Outage:
            return 503
        except Exception:
            log.exception("an update failed", update_id=update.update_id)
        return 200
