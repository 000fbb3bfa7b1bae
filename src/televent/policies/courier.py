"""The courier: delivers iTIP messages from one account here to another, at least once.

The message (``ItipLocal``) is queued in the transaction of the facts that caused it. The door then asks for delivery at
once; a worker delivers what the door could not. Receiving is idempotent, so a second delivery changes nothing.

Messages for one account that wait at the same moment are delivered together: those about one event share a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID, uuid5

import structlog

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.messages.itip_local import ItipLocal
from televent.application.messages.message import Message
from televent.application.messages.outbox import GiveUp, OutboxMessage, Undeliverable
from televent.application.messages.share_local import ShareLocal
from televent.application.outage import DatabaseFull, DatabaseReadOnly, Outage
from televent.application.refusals import TryAgain
from televent.application.use_cases.calendars import sharing
from televent.application.use_cases.scheduling.receive_itip import (
    Incoming,
    Received,
    receive_itip,
    receive_together,
)
from televent.domain.ids import AccountId
from televent.ical.itip.message import read_message

KINDS = (ItipLocal, ShareLocal)
"""The classes of messages that the courier delivers."""
MAX_TOGETHER = 32
"""Max messages of one transaction."""

log = structlog.get_logger("televent.courier")

Result = Exception | None
"""The result of one delivery: the error, or None."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An outbox message to be delivered, in the context of its sender."""

    context: Context
    outbox_id: UUID
    message: Message

    @property
    def recipient(self) -> AccountId:
        """The account that gets the message."""
        return recipient_of(self.message)

    @property
    def there(self) -> Context:
        """The context of the delivery in the recipient's account."""
        return self.context.on_behalf_of(self.recipient, uuid5(self.outbox_id, "receive"))


def recipient_of(message: Message) -> AccountId:
    """The account that gets the message, which is of a class in KINDS. Raises GiveUp for any other."""
    if not isinstance(message, ItipLocal | ShareLocal):
        raise GiveUp(f"the courier does not deliver {type(message).__name__}")
    return AccountId(message.recipient_tenant)


class Queue(Protocol):
    """The functions of the outbox that the courier needs."""

    def delivered(self, tenant: AccountId, ids: Sequence[UUID], now: datetime) -> None: ...
    def hurry(self, tenant: AccountId, ids: Sequence[UUID], now: datetime) -> None: ...


class Gathering(Protocol):
    """Gathers the deliveries to one place that come while others are under way there."""

    def do(self, place: Hashable, given: Delivery) -> Result: ...


def deliver(backend: Backend, delivery: Delivery) -> None:
    """Applies one outbox message to its recipient's own streams; idempotent. Raises GiveUp for a class not in KINDS."""
    (error,) = deliver_all(backend, [delivery])
    if error is not None:
        raise error


def deliver_all(backend: Backend, deliveries: Sequence[Delivery]) -> list[Result]:
    """Applies outbox messages, and returns the result of each, in their order. Idempotent; it does not raise.

    First come the shares, then the iTIP messages event by event: those about one event of one account keep their order,
    and share transactions.
    """
    results: list[Result] = [None] * len(deliveries)
    meetings: dict[tuple[AccountId, str], list[int]] = {}
    incoming: dict[int, Incoming] = {}
    for place, delivery in enumerate(deliveries):
        try:
            if isinstance(delivery.message, ItipLocal):
                incoming[place] = _incoming(delivery)
                meetings.setdefault((delivery.recipient, incoming[place].message.uid), []).append(place)
            elif isinstance(delivery.message, ShareLocal):
                # The policies ask who acted: nobody is told what they did, and an offer names the manager who invites.
                there = replace(delivery.there, actor=delivery.message.actor or delivery.there.actor)
                sharing.receive_share(backend, there, delivery.message.news)
            else:
                raise GiveUp(f"the courier does not deliver {type(delivery.message).__name__}")
        except Exception as error:
            results[place] = error
    for places in meetings.values():
        for start in range(0, len(places), MAX_TOGETHER):
            some = places[start : start + MAX_TOGETHER]
            found = _together(backend, [incoming[place] for place in some])
            for place, result in zip(some, found, strict=True):
                results[place] = result
    return results


def _together(backend: Backend, incoming: Sequence[Incoming]) -> list[Result]:
    if len(incoming) > 1:
        try:
            received = receive_together(backend, incoming)
        except (TryAgain, DatabaseReadOnly, DatabaseFull) as error:
            return [error] * len(incoming)
        except Exception:
            # One of them was applied before, or cannot be applied. Each gets its own result. Other outages may be the
            # fault of one message: a statement that takes too long or too much memory, or ends its connection.
            log.info("messages are delivered one by one", count=len(incoming), exc_info=True)
        else:
            return [_refusal(each) for each in received]
    return [_alone(backend, each) for each in incoming]


def _alone(backend: Backend, each: Incoming) -> Result:
    try:
        received = receive_itip(backend, each)
    except Exception as error:
        return error
    return _refusal(received)


def _refusal(received: Received) -> Undeliverable | None:
    """The error of a message that the recipient's copy of the event does not accept; None for all others.

    A message that is late, or that came before, is delivered.
    """
    reason = _REFUSED.get(received.reason or "") if not received.changed else None
    return Undeliverable(reason) if reason is not None else None


_REFUSED: Final = {
    "not-organizer": "the recipient has the UID from another organizer",
    "own-event": "the recipient organizes an event with that UID",
    "not-scheduled": "journal entries are not scheduled",
}
"""The reasons of ical.itip for a message that nobody gets, as sentences for the operator."""


def _incoming(delivery: Delivery) -> Incoming:
    message = delivery.message
    assert isinstance(message, ItipLocal)
    return Incoming(
        context=delivery.there,
        message=read_message(message.text.encode(), method=message.method),
        message_key=f"itip/{delivery.outbox_id}",
        refresh=message.refresh,
        asks_again=message.asks,
        sender_name=message.sender_name,
    )


Together = Callable[[Sequence[Delivery]], Sequence[Result]]
Alone = Callable[[Delivery], Result]


class LocalCourier:
    """Delivers messages at once that are already in the outbox. Thread-safe.

    ``gathering``: makes a Gathering of a function for several deliveries to one account and one for a single delivery.
    """

    def __init__(
        self,
        backend: Backend,
        queue: Queue,
        gathering: Callable[[Together, Alone], Gathering],
    ) -> None:
        self._backend = backend
        self._queue = queue
        self._gathering = gathering(lambda given: deliver_all(backend, given), self._alone)

    def deliver(self, context: Context, messages: Sequence[OutboxMessage]) -> list[Result]:
        """Delivers these messages, and returns the result of each. One that fails is due at once, and a worker tries it
        again by the outbox's schedule.

        They are not claimed: workers leave them alone for WORKER_DELAY, and a second delivery changes nothing. Raises
        Outage; a worker then delivers all that are left.
        """
        results: list[Result] = []
        for message in messages:
            delivery = Delivery(context, message.outbox_id, message.message)
            error = self._gathering.do(delivery.recipient, delivery)
            if isinstance(error, Outage):
                raise error
            if isinstance(error, Undeliverable):
                log.info("message refused", outbox_id=str(message.outbox_id), reason=str(error))
            elif error is not None:
                log.error("message not delivered at once", outbox_id=str(message.outbox_id), exc_info=error)
            results.append(error)
        ids = [message.outbox_id for message in messages]
        outcome = list(zip(ids, results, strict=True))
        self._queue.delivered(context.tenant, [each for each, error in outcome if error is None], context.now)
        self._queue.hurry(context.tenant, [each for each, error in outcome if error is not None], context.now)
        return results

    def _alone(self, delivery: Delivery) -> Result:
        return deliver_all(self._backend, [delivery])[0]
