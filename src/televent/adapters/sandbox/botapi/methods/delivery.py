"""The methods getUpdates, setWebhook and their relatives."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from televent.adapters.sandbox.botapi.call import Call
from televent.adapters.sandbox.botapi.errors import bad_request
from televent.adapters.sandbox.botapi.world import World

Json = dict[str, Any]

_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


@dataclass(frozen=True, slots=True)
class Described:
    """A result with the description that Telegram adds to it."""

    result: Any
    description: str


async def get_updates(world: World, call: Call) -> list[Json]:
    """https://core.telegram.org/bots/api#getupdates"""
    limit = call.integer("limit")
    _allow(world, call)
    return await world.updates.poll(
        call.integer("offset"),
        100 if limit is None or not 1 <= limit <= 100 else limit,
        call.integer("timeout") or 0,
    )


def set_webhook(world: World, call: Call) -> Described:
    """https://core.telegram.org/bots/api#setwebhook; plain http is allowed, because this machine has no certificate."""
    url = (call.text("url") or "").strip()
    if not url:
        return delete_webhook(world, call)
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = call.text("secret_token") or ""
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    _allow(world, call)
    if call.flag("drop_pending_updates"):
        world.updates.drop_all()
    most = call.integer("max_connections") or 40
    if not 1 <= most <= 100:
        raise bad_request("max_connections must be between 1 and 100")
    already = world.updates.webhook_url == url
    use_webhook(world, {"url": url, "secret_token": secret, "max_connections": most})
    return Described(True, "Webhook is already set" if already else "Webhook was set")


def use_webhook(world: World, webhook: Json) -> None:
    """Deliver updates by POST from now on, or by getUpdates where the URL is empty."""
    world.set("webhook", webhook)
    world.settings.pop("webhook_error", None)
    world.updates.webhook_url = webhook["url"]
    world.updates.interrupt()


def delete_webhook(world: World, call: Call) -> Described:
    """https://core.telegram.org/bots/api#deletewebhook"""
    if call.flag("drop_pending_updates"):
        world.updates.drop_all()
    was = world.updates.webhook_url
    if was:
        use_webhook(world, {"url": ""})
    return Described(True, "Webhook was deleted" if was else "Webhook is already deleted")


def get_webhook_info(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#getwebhookinfo"""
    webhook = world.settings.get("webhook", {"url": ""})
    info: Json = {
        "url": webhook["url"],
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.pending),
    }
    if webhook["url"]:
        info["max_connections"] = webhook["max_connections"]
        info |= world.settings.get("webhook_error") or {}
    if world.updates.allowed:
        info["allowed_updates"] = list(world.updates.allowed)
    return info


def log_out(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#close; there is nothing to move, so nothing happens."""
    return True


def _allow(world: World, call: Call) -> None:
    allowed = call.structure("allowed_updates", "allowed updates")
    if allowed is None:
        return
    if not isinstance(allowed, list) or not all(isinstance(kind, str) for kind in allowed):
        raise bad_request('field "allowed_updates" must be an Array of String')
    if tuple(allowed) != world.updates.allowed:
        world.set("allowed_updates", allowed)
        world.updates.allow(allowed)


METHODS: dict[str, Callable[[World, Call], Any]] = {
    "getupdates": get_updates,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "logout": log_out,
    "close": log_out,
}
