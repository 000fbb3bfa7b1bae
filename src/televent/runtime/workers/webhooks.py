"""Composes what sends requests to URLs of people: webhooks, and the reading of subscribed calendars."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from televent.adapters.outward.client import OutwardClient
from televent.adapters.webhooks.sender import WebhookSender
from televent.adapters.webhooks.telling import WebhookTeller
from televent.application.messages.outbox import Handler
from televent.application.outward import Outward
from televent.runtime.compose import Core, now


def outward_of(core: Core) -> Outward:
    """A client for this process. Close it in the loop that used it."""
    return OutwardClient(core.backend.clock, anywhere=core.settings.outward_hosts == "any")


def webhook_handlers(core: Core, outward: Outward, clock: Callable[[], datetime] = now) -> list[Handler]:
    """The handlers of webhook messages in the outbox."""
    sender = WebhookSender(core.backend, outward, core.run, clock)
    return [WebhookTeller(core.backend, core.run), sender]
