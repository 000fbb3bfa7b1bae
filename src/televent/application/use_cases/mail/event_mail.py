"""Notes what a mail did with an event, or why nothing, for the person who asks why it changed."""

from __future__ import annotations

from typing import Final

from televent.application.mail.incoming import Verdict
from televent.application.mail_records.event_mails import EventMail, EventMailState, Proof
from televent.application.use_cases.mail.delivery import Delivery
from televent.application.use_cases.scheduling.receive_itip import stream_of
from televent.ical.itip.receiving.narrowing import attendee_of

_STATES: Final[dict[str, EventMailState]] = {"applied": "applied", "parked": "parked", "ignored": "ignored"}
_FROM_GUESTS: Final = frozenset({"REPLY", "COUNTER", "REFRESH"})


def note_event_mail(delivery: Delivery, verdict: Verdict) -> None:
    """Notes the mail where the person has, or had, the event that it is about, or is asked about it. Idempotent."""
    state = _STATES.get(verdict.state)
    tenant, backend = delivery.account.tenant, delivery.mail_backend.backend
    known = backend.reads.latest_by_uid(tenant, delivery.message.uid)
    if state is None or (known is None and state != "parked"):
        return
    backend.event_mails.note(
        EventMail(
            tenant=tenant,
            stream_id=stream_of(backend, tenant, delivery.message.uid),
            mail_key=delivery.mail.key,
            method=delivery.message.method,
            state=state,
            reason="" if state == "applied" else verdict.reason,
            proof=_proof(delivery),
            sender=delivery.mail.sender,
            at=delivery.context.now,
        )
    )


def _proof(delivery: Delivery) -> Proof:
    tokens = {token.attendee for token in delivery.addressee.tokens if token.uid == delivery.message.uid}
    if delivery.message.method in _FROM_GUESTS and tokens and attendee_of(delivery.message, tokens) in tokens:
        return "token"
    if delivery.unverified:
        return "believed"
    return "signed" if delivery.mail.sender.proven else "none"
