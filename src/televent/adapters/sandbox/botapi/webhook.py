"""Delivers updates by POST to the bot's webhook (https://core.telegram.org/bots/api#setwebhook)."""

import asyncio
import email.parser
import email.policy
import http.client
import json
import time
import urllib.error
import urllib.request
from typing import Any

from televent.adapters.sandbox.botapi.call import Call
from televent.adapters.sandbox.botapi.errors import BotApiError
from televent.adapters.sandbox.botapi.methods import perform
from televent.adapters.sandbox.botapi.world import World

Json = dict[str, Any]

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
MIN_PAUSE, MAX_PAUSE = 0.25, 30.0
"""Seconds between two attempts at an update; the pause doubles each time."""
ANSWER_TIMEOUT = 20.0
"""Seconds for the bot to answer an update."""
MAX_ANSWER_BYTES = 1024 * 1024
"""Max bytes read of an answer."""


async def deliver(world: World) -> None:
    """Post the waiting updates in order, and retry each until the answer is 2xx. Runs until cancelled."""
    pause = MIN_PAUSE
    while not world.updates.added.closed:
        if not (world.updates.webhook_url and world.updates.pending):
            await world.updates.added.wait(3600)
            continue
        update, webhook = world.updates.pending[0], world.settings["webhook"]
        status, reason, answered = await asyncio.to_thread(_post, webhook, update)
        if 200 <= status < 300:
            pause = MIN_PAUSE
            world.updates.confirm(update["update_id"] + 1)
            if answered is not None and answered.method:
                await _perform_quietly(world, answered)
            continue
        world.settings["webhook_error"] = {"last_error_date": int(time.time()), "last_error_message": reason}
        await world.updates.added.wait(pause)
        pause = min(pause * 2, MAX_PAUSE)


def _post(webhook: Json, update: Json) -> tuple[int, str, Call | None]:
    headers = {"Content-Type": "application/json"}
    if webhook.get("secret_token"):
        headers[SECRET_HEADER] = webhook["secret_token"]
    body = json.dumps(update).encode()
    request = urllib.request.Request(webhook["url"], body, headers, method="POST")
    # The bot runs on this machine: a proxy from the environment could not reach it.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=ANSWER_TIMEOUT) as answer:
            content = answer.read(MAX_ANSWER_BYTES)
            return answer.status, "", _answered(answer.headers.get("Content-Type", ""), content)
    except urllib.error.HTTPError as error:
        return error.code, f"Wrong response from the webhook: {error.code} {error.reason}", None
    except (OSError, ValueError, http.client.HTTPException) as error:
        return 0, f"Connection failed: {error}", None


def _answered(content_type: str, content: bytes) -> Call | None:
    """The call in an answer to an update, or None. As in Telegram, the bot never learns its result."""
    fields: Json = {}
    if content_type.startswith("application/json"):
        try:
            parsed = json.loads(content)
        except ValueError:
            return None
        fields = parsed if isinstance(parsed, dict) else {}
    elif content_type.startswith("multipart/form-data"):
        head = f"Content-Type: {content_type}\r\n\r\n".encode()
        for part in email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + content).iter_parts():
            name = part.get_param("name", header="content-disposition")
            payload = part.get_payload(decode=True)
            if isinstance(name, str) and isinstance(payload, bytes):
                fields[name] = payload.decode("utf-8", "replace")
    return Call(str(fields.pop("method", "")), fields)


async def _perform_quietly(world: World, call: Call) -> None:
    try:
        await perform(world, call)
    except BotApiError as error:
        world.settings["webhook_error"] = {"last_error_date": int(time.time()), "last_error_message": str(error)}
