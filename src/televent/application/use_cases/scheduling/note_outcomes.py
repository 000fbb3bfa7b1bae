"""Notes in the senders' copies the outcomes of messages that a worker has delivered (RFC 6638 §3.2.9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.local_delivery import note_deliveries
from televent.application.messages.itip_local import ItipLocal
from televent.application.messages.message import Message
from televent.application.outage import Outage
from televent.application.refusals import TryAgain
from televent.domain.ids import AccountId, StreamKey
from televent.ical.itip.delivery import PENDING, Delivery
from televent.ical.itip.message import PROPOSALS, read_message

log = structlog.get_logger("televent.delivery")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The SCHEDULE-STATUS of one message that the account of ``context`` has sent; 1.0: it will be tried again."""

    context: Context
    message: Message
    status: str


def note_outcomes(backend: Backend, outcomes: Sequence[Outcome]) -> list[Exception | None]:
    """Notes the outcomes, and returns for each the error for which it has to be noted again. It does not raise.

    Those about one event are noted together: each change of the text is one that a client has to read. Nothing is noted
    of a message that will be tried again, that only tells others' answers, that is a proposal or its refusal, or that
    is no iTIP message.
    """
    errors: list[Exception | None] = [None] * len(outcomes)
    events: dict[tuple[AccountId, str], list[tuple[int, Delivery]]] = {}
    read: dict[str, tuple[str, tuple[str | None, ...]]] = {}
    for place, each in enumerate(outcomes):
        sent = each.message
        if not isinstance(sent, ItipLocal) or sent.refresh or each.status == PENDING or sent.method in PROPOSALS:
            continue
        # The attendees of one meeting get nearly the same message.
        if sent.text not in read:
            itip = read_message(sent.text.encode(), method=sent.method)
            read[sent.text] = itip.uid, tuple(rid for rid, _ in itip.parts.items())
        uid, rids = read[sent.text]
        events.setdefault((each.context.tenant, uid), []).append((place, Delivery(sent.recipient, each.status, rids)))
    for (tenant, uid), noted in events.items():
        try:
            _note(backend, outcomes[noted[0][0]].context, tenant, uid, [delivery for _, delivery in noted])
        except (Outage, TryAgain) as error:
            for place, _ in noted:
                errors[place] = error
        except Exception:
            log.exception("the outcome of a delivery is not noted", messages=len(noted))
    return errors


def _note(backend: Backend, context: Context, tenant: AccountId, uid: str, deliveries: Sequence[Delivery]) -> None:
    row = next(iter(backend.reads.by_uid(tenant, uid)), None)
    if row is not None:
        owner = backend.people.owner(backend.people.account(tenant))
        note_deliveries(backend, context, StreamKey(tenant, row.stream_id), owner, deliveries)
