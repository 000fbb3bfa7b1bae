"""Sends deliveries: the outbox's handler of WebhookDue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid5

import structlog

from televent.adapters.webhooks.signing import signed
from televent.application.backend import Backend
from televent.application.messages.chat import ChatText
from televent.application.messages.mail import NoticeMail
from televent.application.messages.message import Message
from televent.application.messages.outbox import (
    ATTEMPTS,
    PATIENCE,
    Claimed,
    OutboxMessage,
    RetryLater,
    Undeliverable,
)
from televent.application.messages.webhooks import WebhookDue
from televent.application.outward import Answer, BadUrl, Outward, Request, Unreachable
from televent.application.webhooks.book import ANSWER, MAX_FAILING, Attempt, Delivery, State, Webhook, Why
from televent.application.webhooks.types import TEST

log = structlog.get_logger("televent.webhooks")

AT_ONCE: Final = 4
"""Max deliveries of one account that one process sends at a time: a slow program of one must not delay the others'."""
ROOM: Final = 2.0
"""Seconds after which a delivery for which there was no room is tried again."""
GONE: Final = 410
"""The status with which a program asks for no more events (Standard Webhooks, "Deliverability")."""


class WebhookFailed(Exception):
    """The program did not take the event; the outbox sends it again."""


class WebhookSender:
    """Sends one delivery. A program may get it twice, and knows it by its webhook-id."""

    kinds = (WebhookDue,)

    def __init__(
        self, backend: Backend, outward: Outward, run: Callable[..., Any], clock: Callable[[], datetime]
    ) -> None:
        self._backend, self._outward, self._run, self._clock = backend, outward, run, clock
        self._under_way: Counter[UUID] = Counter()

    async def handle(self, message: Claimed) -> None:
        """Sends it.

        Raises RetryLater where the program names a time, WebhookFailed where the outbox chooses one, Undeliverable
        after the last attempt: the person has chosen the URL.
        """
        if self._under_way[message.tenant] >= AT_ONCE:
            raise RetryLater(ROOM, "other webhooks of this account are being sent")
        self._under_way[message.tenant] += 1
        try:
            await self._send(message)
        finally:
            self._under_way[message.tenant] -= 1
            self._under_way += Counter()

    async def _send(self, message: Claimed) -> None:
        due, tenant, book = message.message, message.tenant, self._backend.webhooks
        assert isinstance(due, WebhookDue)
        delivery: Delivery | None = await self._run(book.delivery, tenant, due.delivery_id)
        if delivery is None or delivery.state == "delivered":
            return
        webhook: Webhook | None = await self._run(book.one, tenant, delivery.webhook_id)
        if webhook is None:
            return
        if webhook.disabled_at is not None and delivery.type != TEST:
            await self._note(message, delivery, "failed", error="the webhook is disabled")
            raise Undeliverable("the webhook is disabled")
        body = delivery.body.encode()
        now = self._clock()
        headers = {"Content-Type": "application/json", **signed(delivery.event_id, now, body, webhook.keys(now))}
        try:
            answer = await self._outward.send(Request(webhook.url, "POST", headers, body, ANSWER))
        except BadUrl as error:
            await self._note(message, delivery, "failed", error=str(error))
            await self._disable(message, webhook, "failing")
            raise Undeliverable(str(error)) from error
        except Unreachable as error:
            await self._failed(message, webhook, delivery, f"no answer: {error}")
            return
        if answer.taken:
            await self._note(message, delivery, "delivered", answer=answer)
        elif answer.status == GONE:
            await self._note(message, delivery, "failed", answer=answer, error="gone")
            await self._disable(message, webhook, "gone")
            raise Undeliverable("the program wants no more events")
        else:
            await self._refused(message, webhook, delivery, answer)

    async def _refused(self, message: Claimed, webhook: Webhook, delivery: Delivery, answer: Answer) -> None:
        reason = f"the program answered {answer.status}"
        # A program that asks to wait for longer than that has failed.
        patient = self._clock() - message.created_at < PATIENCE
        if answer.status in (429, 503) and answer.retry_after is not None and patient:
            await self._note(message, delivery, "pending", answer=answer, error=reason)
            raise RetryLater(answer.retry_after, reason)
        await self._failed(message, webhook, delivery, reason, answer)

    async def _failed(
        self, message: Claimed, webhook: Webhook, delivery: Delivery, reason: str, answer: Answer | None = None
    ) -> None:
        """Raises for a retry while the outbox has attempts left. After the last one, a webhook without success for
        longer than MAX_FAILING is disabled."""
        last = message.attempts >= ATTEMPTS
        await self._note(message, delivery, "failed" if last else "pending", answer=answer, error=reason)
        if not last:
            raise WebhookFailed(reason)
        if webhook.failing_since is not None and self._clock() - webhook.failing_since > MAX_FAILING:
            await self._disable(message, webhook, "failing")
        raise Undeliverable(reason)

    async def _note(
        self, message: Claimed, delivery: Delivery, state: State, *, answer: Answer | None = None, error: str = ""
    ) -> None:
        said = answer.body.decode("utf-8", "replace").replace("\0", "") if answer is not None else ""
        status = answer.status if answer is not None else None
        attempt = Attempt(state, self._clock(), status, error, said)
        await self._run(self._backend.webhooks.note, message.tenant, delivery, attempt)

    async def _disable(self, message: Claimed, webhook: Webhook, why: Why) -> None:
        now = self._clock()
        account = await self._run(self._backend.reads.account, message.tenant)
        values = {"host": urlsplit(webhook.url).hostname or "", "why": why}
        news: list[Message] = []
        if account is not None and account.addresses:
            news.append(NoticeMail("webhook-disabled", values))
        elif account is not None and account.telegram_id is not None:
            news.append(ChatText("webhook-disabled", values))
        queued = []
        for each in news:
            news_id = uuid5(webhook.webhook_id, f"disabled/{message.outbox_id}")
            queued.append(OutboxMessage(news_id, f"webhook-disabled/{news_id}", each, now))
        await self._run(self._backend.webhooks.disable, message.tenant, webhook.webhook_id, why, now, queued)
        log.info("webhook disabled", webhook_id=str(webhook.webhook_id), why=why)
