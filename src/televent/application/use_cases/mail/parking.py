"""Parks a mail with a card that asks the person: a sender whom nothing proves, or whom the person does not know."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from televent.application.mail.incoming import Verdict
from televent.application.mail_records.parked_mails import PERIOD, SENDER_LIMIT, SENDERS_LIMIT, ParkedMail, card_id_of
from televent.application.read_models.resources import ResourceRow
from televent.application.use_cases.mail.delivery import Delivery
from televent.application.use_cases.mail.park_mail import park_mail
from televent.application.use_cases.scheduling.receive_itip import stream_of, would_change
from televent.domain.calendar_object.park import MAX_SENDER
from televent.domain.calendar_object.parked_mail import ParkedFor, ParkMail
from televent.ical.itip.message import title_in

TOO_MANY_MAILS: Final = "too many mails of an unknown sender"
TOO_MANY_SENDERS: Final = "too many unknown senders"
"""The verdicts on mails beyond the limits; `televent doctor` counts them."""


def ask_first(delivery: Delivery) -> Verdict:
    """Parks a mail of an unknown sender: nothing is in the calendar until the person decides."""
    stream = stream_for(delivery)
    refused = too_many(delivery, card_for(delivery, "sender-unknown", stream))
    return refused if refused is not None else park(delivery, None, "sender-unknown", stream)


def too_many(delivery: Delivery, card: ParkedMail) -> Verdict | None:
    """The verdict on a mail beyond the limits for unknown senders; the operator sees their number."""
    mails, senders = delivery.mail_backend.backend.parked.lately(card.tenant, card.card_id, card.at - PERIOD)
    if mails >= SENDER_LIMIT:
        return Verdict("ignored", TOO_MANY_MAILS)
    return Verdict("ignored", TOO_MANY_SENDERS) if not mails and senders >= SENDERS_LIMIT else None


def card_for(delivery: Delivery, reason: ParkedFor, stream: UUID) -> ParkedMail:
    """The row of a parked mail. A sender who is only believed is not proven: the card must say so."""
    tenant, sender, key = delivery.account.tenant, delivery.mail.sender, delivery.mail.key
    if delivery.unverified:
        sender = replace(sender, proven=False)
    return ParkedMail(
        tenant=tenant,
        card_id=card_id_of(tenant, reason, key, sender.address[:MAX_SENDER]),
        mail_key=key,
        stream_id=stream,
        reason=reason,
        method=delivery.message.method,
        calendar=delivery.message.text.raw,
        sender=sender,
        at=delivery.context.now,
    )


def stream_for(delivery: Delivery) -> UUID:
    return stream_of(delivery.mail_backend.backend, delivery.account.tenant, delivery.message.uid)


def park(delivery: Delivery, row: ResourceRow | None, reason: ParkedFor, stream: UUID | None = None) -> Verdict:
    """Parks the mail: nothing is applied. A mail that would change nothing, or one of too many, is ignored instead.

    ``row``: the event that it is about; None with ``stream``, where there is none yet.
    """
    backend, context, method = delivery.mail_backend.backend, delivery.context, delivery.message.method
    message, place = delivery.message, stream or (row.stream_id if row is not None else stream_for(delivery))
    would = would_change(backend, context, message=message, stored=row.text if row is not None else None)
    # A cancellation changes nothing yet where its invitation waits for the same decision.
    if not would.changed and not (row is None and method == "CANCEL"):
        return Verdict("ignored", would.reason or "no change")
    occurrences = tuple(recurrence_id for recurrence_id, _ in delivery.message.parts.items())
    sender, key = delivery.mail.sender.address, delivery.mail.key
    command = ParkMail(reason, method, sender, key, occurrences, context.now, title_in(message) or message.uid)
    card = card_for(delivery, reason, place)
    kept = backend.parked.keep(card)
    refused = park_mail(backend, context, stream_id=place, command=command)
    if refused is None or not kept:
        # Not kept: an earlier attempt at this mail has asked the person.
        said = "the sender is unknown" if reason == "sender-unknown" else "the sender is not proven"
        return Verdict("parked", said)
    backend.parked.drop(card)
    return Verdict("ignored", refused)
