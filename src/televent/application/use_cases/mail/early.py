"""A cancellation that has overtaken its invitation, and that nothing proves to be the organizer's (RFC 5546 §2.1.5).

The mail of a calendar server is often sent by another address than ORGANIZER: a no-reply address, or a person whose
calendar is a group's. An update or a cancellation from it counts where the invitation came from the same proven sender.
Without the invitation nobody knows that yet, so the cancellation waits for it. It must not count by itself: each guest
knows the UID, and could keep another person from being invited.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid5

from televent.application.mail.incoming import Verdict
from televent.application.use_cases.mail.delivery import Delivery
from televent.application.use_cases.mail.parked_cards import message_in
from televent.application.use_cases.mail.parking import card_for, stream_for, too_many
from televent.application.use_cases.scheduling.receive_itip import Incoming, receive_itip
from televent.ical.itip.precedence import Trust


def keep_early(delivery: Delivery) -> Verdict:
    """Keeps a cancellation of a proven sender for its invitation; within the limits for unknown senders."""
    card = card_for(delivery, "sender-unknown", stream_for(delivery))
    refused = too_many(delivery, card)
    if refused is not None:
        return refused
    delivery.mail_backend.backend.parked.keep(replace(card, state="early"))
    return Verdict("ignored", "unknown-uid, kept for its invitation")


def apply_early(delivery: Delivery) -> None:
    """Applies what came before this invitation, from the same proven sender: an invitation that was called off is then
    stale. The person is told nothing. Idempotent: the mails are deleted when they are old."""
    backend, context = delivery.mail_backend.backend, delivery.context
    for each in backend.parked.early(context.tenant, stream_for(delivery), delivery.mail.sender.address):
        command = replace(context, command_id=uuid5(context.command_id, each.mail_key))
        receive_itip(backend, Incoming(command, message_in(each), f"mail/{each.mail_key}", trust=Trust.T2))


def await_decision(delivery: Delivery) -> None:
    """Lets what came before this invitation wait on its card: the person decides about both."""
    parked = delivery.mail_backend.backend.parked
    parked.await_decision(delivery.context.tenant, stream_for(delivery), delivery.mail.sender.address)
