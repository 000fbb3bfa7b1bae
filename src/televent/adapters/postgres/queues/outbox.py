"""The outbox: one worker at a time claims a pending message under a lease, and a failed message is retried later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import structlog

from televent.adapters.postgres.queues.outbox_rows import ENQUEUE, outbox_row
from televent.adapters.postgres.queues.outbox_statements import (
    CLAIM,
    COMPLETE,
    COMPLETE_ALL,
    COMPLETE_CLAIMS,
    DELIVERED,
    DROP,
    DROP_FAILED,
    FAIL,
    FAIL_UNKNOWN,
    HURRY,
    LISTED,
    PURGE,
    REAP,
    RENEW,
    REQUEUE,
    REQUEUE_FAILED,
    SHOWN,
    TRY_AGAIN,
    UNCLAIM,
    UNDELIVERABLE,
)
from televent.adapters.postgres.queues.settling import Settling
from televent.adapters.postgres.rows import Pool, fetch
from televent.adapters.postgres.wakeup import OUTBOX, Wakeups
from televent.application.messages.catalogue import CATALOGUE, Catalogue, UnreadableMessage
from televent.application.messages.message import Message
from televent.application.messages.outbox import (
    ATTEMPTS,
    ERROR_LENGTH,
    LEASE,
    UNKNOWN_FOR,
    Claimed,
    Failed,
    OutboxMessage,
    TryAgainAt,
    Undelivered,
    Verdict,
)
from televent.application.outage import Outage
from televent.domain.ids import AccountId

log = structlog.get_logger("televent.outbox")

FAIR = 5
"""Places of claims among which one is a mass message's, where one is due, although others wait."""
BATCH = 10
"""Max messages of one claim."""
RENEWING = timedelta(seconds=15)
"""Time after an outage in which no claim of another worker is taken, although its lease has ended: a worker that lives
could not renew it, and does so now. It is several attempts at a renewal."""
BLOCKED = 5.0
"""Max seconds of a statement of a database that answers."""
UNKNOWN_REASON = (
    f" is not known to any worker: none took it within {UNKNOWN_FOR // timedelta(minutes=1)} minutes of its time."
    " Start a worker of the version that wrote it, then requeue it"
)
"""The last error of a message that no worker knows; it follows the message's name."""


class PostgresOutbox:
    """Stores, claims and settles messages. ``pool`` gives connections in autocommit mode. Thread-safe.

    ``complete``, ``complete_claims``, ``complete_all``, ``release`` and ``settle_failure`` raise no Outage: after one
    they settle the claims as soon as the database answers again.

    ``catalogue``: the messages that this version of the program knows. It leaves all others to other versions.
    """

    def __init__(self, pool: Pool, wakeups: Wakeups, catalogue: Catalogue = CATALOGUE) -> None:
        self._pool = pool
        self._wakeups = wakeups
        self._catalogue = catalogue
        self._settling = Settling(self._run)
        self._answers_since: datetime | None = None
        self._places = 0

    def close(self) -> None:
        """Ends the thread that settles claims after an outage."""
        self._settling.close()

    def enqueue(self, messages: Sequence[OutboxMessage], tenant: AccountId, correlation_id: str, now: datetime) -> None:
        """Stores messages that no fact causes. The recorder stores those that a fact causes, with the fact."""
        with self._pool.connection() as connection, connection.pipeline(), connection.transaction():
            for message in messages:
                connection.execute(ENQUEUE, outbox_row(tenant, message, correlation_id, now, self._catalogue))
        self._wakeups.notify(OUTBOX)

    def claim(
        self,
        now: datetime,
        *,
        kinds: Sequence[type[Message]] | None = None,
        limit: int = BATCH,
        mass: int | None = None,
        lease: timedelta = LEASE,
    ) -> list[Claimed]:
        """Claims due messages of these classes (None: of all in the catalogue): one in FAIR places for mass messages,
        the rest for all others, the oldest first; what is left of it for mass messages again. ``mass``: max mass
        messages of this claim.

        No two workers claim the same message. A message of a worker that has not renewed its claim is taken too, but
        not within RENEWING after an outage. A row that cannot be read is set to failed with its reason, and the next
        rows are claimed.
        """
        names = self._catalogue.names if kinds is None else self._catalogue.names_of(kinds)
        most_mass = limit if mass is None else min(mass, limit)
        asked = {
            "now": now,
            "until": now + lease,
            "sure": min(self._sure_places(limit), most_mass),
            "most_mass": most_mass,
            "most": ATTEMPTS,
            "limit": limit,
            "names": list(names),
            "lapsed": self._may_take_lapsed(now),
        }
        while True:
            readable, unreadable = self._claim(CLAIM, asked, now)
            if readable or not unreadable:
                return readable

    def complete(self, message: Claimed, now: datetime) -> None:
        """Sets the message to completed; changes nothing where the claim was lost meanwhile."""
        self._settle(COMPLETE, message, {"now": now})

    def complete_claims(self, messages: Sequence[Claimed], now: datetime) -> None:
        """Does for many messages what ``complete`` does for one, in one statement."""
        if messages:
            each = {
                "tenants": [message.tenant for message in messages],
                "ids": [message.outbox_id for message in messages],
                "attempts": [message.attempts for message in messages],
                "leases": list({lease for message in messages for lease in message.leases}),
            }
            self._settle_claims(COMPLETE_CLAIMS, {**each, "now": now})

    def complete_all(self, messages: Sequence[Claimed], now: datetime) -> None:
        """Sets messages to completed that may be delivered again without harm. It does not wait for the disk: after a
        crash of the database some of them may be delivered a second time."""
        if messages:
            self._settle_claims(COMPLETE_ALL, {**_claim_keys(messages), "now": now})

    def renew(self, messages: Sequence[Claimed], until: datetime) -> None:
        """Keeps claims until that time, but those that were lost meanwhile. Raises Outage."""
        self._run(RENEW, {**_claim_keys(messages), "until": until})

    def delivered(self, tenant: AccountId, ids: Sequence[UUID], now: datetime) -> None:
        """Sets messages to completed that were delivered without a claim, in the same way as ``complete_all``."""
        if ids:
            self._run(DELIVERED, {"tenant": tenant, "ids": list(ids), "now": now})

    def hurry(self, tenant: AccountId, ids: Sequence[UUID], now: datetime) -> None:
        """Makes messages due that nobody has claimed."""
        if ids:
            self._run(HURRY, {"tenant": tenant, "ids": list(ids), "now": now})
            self._wakeups.notify(OUTBOX)

    def release(self, message: Claimed, now: datetime) -> None:
        """Gives the claim back before the attempt ended: the message is due at once, and the attempt does not count."""
        self._settle(TRY_AGAIN, message, {"due": now, "reason": None, "uncounted": 1})
        self._wakeups.notify(OUTBOX)

    def settle_failure(self, message: Claimed, verdict: Verdict, now: datetime) -> None:
        """Notes the verdict of application.messages.outbox.after_failure: failed, undeliverable, or due again later."""
        reason = verdict.reason[:ERROR_LENGTH]
        match verdict:
            case Failed():
                self._settle(FAIL, message, {"now": now, "reason": reason})
            case Undelivered():
                self._settle(UNDELIVERABLE, message, {"now": now, "reason": reason})
            case TryAgainAt():
                again = {"due": verdict.due_at, "reason": reason, "uncounted": 0 if verdict.counted else 1}
                self._settle(TRY_AGAIN, message, again)

    def reap(self, now: datetime) -> int:
        """Sets to failed the messages whose last attempt ended without a result, and returns their number; none within
        RENEWING after an outage. Messages with attempts left are due again when their lease ends."""
        return self._run(REAP, {"now": now, "most": ATTEMPTS}) if self._may_take_lapsed(now) else 0

    def fail_unknown(self, now: datetime) -> int:
        """Sets to failed the messages that this version does not know and that no worker of another version took within
        UNKNOWN_FOR after they were due, and returns their number."""
        asked = {
            "now": now,
            "before": now - UNKNOWN_FOR,
            "reason": UNKNOWN_REASON,
            "names": list(self._catalogue.names),
        }
        failed = self._run(FAIL_UNKNOWN, asked)
        if failed:
            log.error("messages that no worker knows are set to failed (see: televent outbox list)", messages=failed)
        return failed

    def requeue(self, outbox_id: UUID, now: datetime) -> bool:
        """Makes a failed or undeliverable message pending again, with no attempts. False: there is none with that
        id."""
        requeued = self._run(REQUEUE, {"now": now, "id": outbox_id}) > 0
        self._wakeups.notify(OUTBOX)
        return requeued

    def purge(self, before: datetime) -> int:
        """Deletes at most a thousand messages completed, or settled as undeliverable, before that time, and returns
        their number."""
        return self._run(PURGE, {"before": before})

    def counts(self) -> dict[str, int]:
        """The number of messages in each state."""
        return dict(fetch(self._pool, "SELECT state, count(*) FROM outbox GROUP BY state", ()))

    def listed(self, states: Sequence[str], kind: str = "", limit: int = 100) -> list[dict[str, Any]]:
        """Messages in these states whose kind begins so, the oldest first, without their content."""
        names = ("id", "tenant", "kind", "state", "attempts", "due_at", "created_at", "error")
        return [dict(zip(names, row, strict=True)) for row in fetch(self._pool, LISTED, (list(states), kind, limit))]

    def shown(self, outbox_id: UUID) -> list[dict[str, Any]]:
        """All about the messages with this id: one, or none."""
        names = (
            "id", "tenant", "kind", "key", "state", "attempts", "created_at", "due_at", "lease_until", "finished_at",
            "correlation_id", "error", "content",
        )  # fmt: skip
        return [dict(zip(names, row, strict=True)) for row in fetch(self._pool, SHOWN, (outbox_id,))]

    def requeue_failed(self, kind: str, now: datetime) -> int:
        """Makes all failed messages pending again whose kind begins so; returns their number."""
        requeued = self._run(REQUEUE_FAILED, {"now": now, "kind": kind})
        self._wakeups.notify(OUTBOX)
        return requeued

    def drop(self, outbox_id: UUID, reason: str, now: datetime) -> bool:
        """Settles a pending or failed message without delivering it. False: there is none with that id."""
        return self._run(DROP, {"now": now, "id": outbox_id, "reason": reason}) > 0

    def drop_failed(self, kind: str, reason: str, now: datetime) -> int:
        """Settles all failed messages whose kind begins so; returns their number."""
        return self._run(DROP_FAILED, {"now": now, "kind": kind, "reason": reason})

    def _claim(self, query: str, parameters: dict[str, object], now: datetime) -> tuple[list[Claimed], int]:
        """The messages claimed, and the number of rows that could not be read."""
        until: datetime = parameters["until"]  # type: ignore[assignment]
        begun = monotonic()
        try:
            with self._pool.connection() as connection:
                rows = connection.execute(query, parameters).fetchall()
        except Outage:
            self._answers_since = None
            self._settling.add(UNCLAIM, {"until": until, "now": now})
            raise
        if self._answers_since is None or monotonic() - begun > BLOCKED:
            self._answers_since = now
        claimed: list[Claimed] = []
        for tenant, outbox_id, name, key, payload, *rest in rows:
            try:
                message = self._catalogue.decode(name, payload)
            except UnreadableMessage as error:
                self._fail_unreadable(_claim_key(tenant, outbox_id, rest[0], [rest[3]]), name, error, now)
            else:
                claimed.append(Claimed(tenant, outbox_id, name, key, message, *rest))
        return claimed, len(rows) - len(claimed)

    def _fail_unreadable(self, claim: dict[str, object], name: str, error: UnreadableMessage, now: datetime) -> None:
        reason = " ".join(str(error).replace("\0", "").split())[:ERROR_LENGTH]
        log.error("a message cannot be read and is set to failed", name=name, outbox_id=str(claim["id"]), reason=reason)
        try:
            self._run(FAIL, {**claim, "now": now, "reason": reason})
        except Exception:
            # It is due again when its lease ends. The messages claimed with it do not wait for that.
            log.exception("a message that cannot be read is not set to failed yet", outbox_id=str(claim["id"]))

    def _sure_places(self, limit: int) -> int:
        """The places of this claim that are mass messages'. A worker that is busy claims one or two messages at a time,
        so places are counted over claims. Two threads that count at once shift a place to another claim."""
        before, self._places = self._places, self._places + limit
        return self._places // FAIR - before // FAIR

    def _may_take_lapsed(self, now: datetime) -> bool:
        return self._answers_since is not None and now - self._answers_since >= RENEWING

    def _settle(self, query: str, message: Claimed, parameters: dict[str, object]) -> None:
        claim = _claim_key(message.tenant, message.outbox_id, message.attempts, message.leases)
        self._settle_claims(query, {**claim, **parameters})

    def _settle_claims(self, query: str, parameters: dict[str, object]) -> None:
        try:
            self._run(query, parameters)
        except Outage:
            self._settling.add(query, parameters)

    def _run(self, query: str, parameters: dict[str, object]) -> int:
        try:
            with self._pool.connection() as connection:
                return connection.execute(query, parameters).rowcount
        except Outage:
            self._answers_since = None
            raise


def _claim_key(tenant: AccountId, outbox_id: UUID, attempts: int, leases: list[datetime]) -> dict[str, object]:
    return {"tenant": tenant, "id": outbox_id, "attempts": attempts, "leases": leases}


def _claim_keys(messages: Sequence[Claimed]) -> dict[str, object]:
    return {
        "tenants": list({message.tenant for message in messages}),
        "ids": [message.outbox_id for message in messages],
        "leases": list({lease for message in messages for lease in message.leases}),
    }
