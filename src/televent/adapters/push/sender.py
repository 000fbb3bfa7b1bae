"""Sends push messages: the outbox's handler for WebDAV-Push (the draft, §"Push Notification").

A message names the collection's sync token at the time of sending. One message therefore covers every earlier change,
and a repeated message is harmless.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from xml.sax.saxutils import escape

import structlog

from televent.adapters.push.service import GONE, PushServices
from televent.adapters.push.topics import Topics
from televent.application.messages.outbox import ATTEMPTS, Claimed, GiveUp, RetryLater, Undeliverable
from televent.application.messages.push import PushDue
from televent.application.outward import Answer, BadUrl, Unreachable
from televent.application.push import MAX_FAILING_TIME, Collection, DuePush, PushBook
from televent.domain.ids import AccountId

log = structlog.get_logger("televent.push")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CollectionView:
    """The state of a collection for one subscriber. ``sync_token`` is None where the collection has none."""

    sync_token: str | None


class ReadCollection(Protocol):
    """Reads the state of a collection for an account; None where it is deleted or no longer shared. Synchronous."""

    def __call__(self, subscriber: AccountId, collection: Collection) -> CollectionView | None: ...


class Run(Protocol):
    """Calls synchronous code in a thread."""

    async def __call__(self, function: Callable[..., T], *args: object) -> T: ...


class PushFailed(Exception):
    """The push service did not accept the message; the outbox retries it."""


class PushSender:
    """Sends the pending change of one subscription. Idempotent: a change that was sent is not sent again."""

    kinds = (PushDue,)

    def __init__(
        self,
        services: PushServices,
        book: PushBook,
        topics: Topics,
        read_collection: ReadCollection,
        run: Callable[..., Any],
        clock: Callable[[], datetime],
    ) -> None:
        self._services = services
        self._book = book
        self._topics = topics
        self._read_collection = read_collection
        self._run = run
        self._clock = clock

    async def handle(self, message: Claimed) -> None:
        """Sends one message.

        Raises RetryLater where the push service names a time, PushFailed where the outbox chooses the time,
        Undeliverable after the last attempt: the person's app has chosen the service.
        """
        if not isinstance(message.message, PushDue):
            raise GiveUp(f"no push message is made of {message.name}")
        subscription_id = message.message.subscription_id
        due: DuePush | None = await self._run(self._book.due, message.tenant, subscription_id, self._clock())
        if due is None or not (due.content or due.property):
            return
        sight: CollectionView | None = await self._run(self._read_collection, message.tenant, due.collection)
        if sight is None and due.collection.owner != due.tenant:
            # A person without access may not even learn that the collection changes.
            await self._end(due, "its collection is no longer shared")
            return
        body = push_message(self._topics.of(due.collection, due.tenant), due, sight)
        try:
            answer = await self._services.send(due.endpoint, body, topic=self._topics.of_message(due))
        except BadUrl as error:
            await self._end(due, str(error))
            return
        except Unreachable as error:
            await self._failed(message, due, f"the push service cannot be reached: {error}")
            return
        if answer.taken:
            await self._run(self._record, due, True, message.correlation_id)
        if answer.status in GONE or (answer.taken and sight is None):
            await self._end(due, "gone at the push service" if sight is not None else "its collection is gone")
        elif not answer.taken:
            await self._refused(message, due, answer)

    async def _refused(self, message: Claimed, due: DuePush, answer: Answer) -> None:
        reason = f"the push service answered {answer.status}"
        busy = answer.status == 429 or answer.status >= 500
        if busy and answer.retry_after is not None:
            raise RetryLater(answer.retry_after, reason)
        await self._failed(message, due, reason)

    async def _failed(self, message: Claimed, due: DuePush, reason: str) -> None:
        """Raises for a retry while the outbox has attempts left. After that the next change is sent as usual.

        A subscription without success for longer than MAX_FAILING_TIME ends (the draft, §"Removal of Invalid
        Subscriptions").
        """
        if message.attempts < ATTEMPTS:
            raise PushFailed(reason)
        if self._clock() - due.alive_since > MAX_FAILING_TIME:
            await self._end(due, reason)
        else:
            await self._run(self._record, due, False, message.correlation_id)
        raise Undeliverable(reason)

    def _record(self, due: DuePush, arrived: bool, correlation_id: str) -> None:
        self._book.finish(due, self._clock(), arrived=arrived, correlation_id=correlation_id)

    async def _end(self, due: DuePush, reason: str) -> None:
        await self._run(self._book.end, due.tenant, due.subscription_id, self._clock())
        log.info("subscription ended", subscription_id=str(due.subscription_id), reason=reason)


def push_message(topic: str, due: DuePush, sight: CollectionView | None) -> bytes:
    """The body of a push (the draft, §"Push Message"). A deleted collection is a content update without sync token."""
    content = property_ = ""
    if due.content:
        token = sight.sync_token if sight is not None else None
        content = f"<D:sync-token>{escape(token)}</D:sync-token>" if token is not None else ""
        content = f"<content-update>{content}</content-update>"
    if due.property:
        property_ = "<property-update/>"
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<push-message xmlns="https://bitfire.at/webdav-push" xmlns:D="DAV:">'
        f"<topic>{topic}</topic>{content}{property_}</push-message>"
    ).encode()
