"""Somebody decides about parked mails, by a tap on their card, or by the link in a mail: a person about their own, a
manager about those of a team calendar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.mail.incoming import actor_of
from televent.application.mail_records.parked_mails import ParkedMail, TeamDecision
from televent.application.refusals import TryAgain
from televent.application.use_cases.mail.believed import believe_sender
from televent.application.use_cases.mail.parked_cards import message_in
from televent.application.use_cases.mail.team_mail import decide_for_team
from televent.application.use_cases.scheduling.receive_itip import Incoming, receive_itip
from televent.domain.ids import AccountId
from televent.ical.itip.precedence import Trust
from televent.ical.text.errors import IcalError

Choice = Literal["apply", "ignore", "believe"]
MAX_NAME = 128
"""Max characters of a sender's name in a card."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The result of a decision: "applied", "unchanged" where the mails change nothing any more, "ignored"; or the
    decision that was made before ("was-applied", "was-ignored"), "gone" where the mails are deleted. ``by``: the
    account of the manager who made that one, where the mails came to a team calendar."""

    result: Literal["applied", "unchanged", "ignored", "was-applied", "was-ignored", "gone"]
    sender: str = ""
    by: UUID | None = None


def settle_parked(
    backend: Backend,
    context: Context,
    card_id: UUID,
    choice: Choice,
    unverified: str,
    team: AccountId | None = None,
) -> Settled:
    """Applies the mails of a card as if they were proven, once, or ignores them. "believe" applies them, and those of
    this sender from now on.

    ``unverified``: the sender's name for the card of an invitation, marked as unproven. ``team``: the account of the
    team calendar that got the mails; the person must be one of its managers, and nobody believes a sender for it.
    Raises TooManyBelieved, TryAgain, NotManager.
    """
    mails = backend.parked.on_card(team or context.tenant, card_id)
    decision: TeamDecision | None = None
    if team is not None:
        if choice == "believe":
            choice = "apply"
        decision = decide_for_team(backend, context, team, card_id, mails, choice)
        if decision is None and any(each.state in ("waiting", "applying") for each in mails):
            raise TryAgain()  # Another manager has decided in this moment.
        context = context.on_behalf_of(team, uuid5(context.command_id, f"settle/{card_id}"), context.door)
    if not mails:
        return Settled("gone")
    if team is not None and decision is None:
        return _was(mails)
    return carry_out(backend, context, card_id, choice, unverified, decision)


def carry_out(
    backend: Backend, context: Context, card_id: UUID, choice: Choice, unverified: str, team: TeamDecision | None
) -> Settled:
    """Does what was decided, in the account that got the mails. Idempotent. ``team``: the decision of a manager; None:
    all mails of the card that wait are meant. Raises TooManyBelieved, TryAgain."""
    tenant = AccountId(context.tenant)
    mails = backend.parked.on_card(tenant, card_id)
    sender = mails[-1].sender.address
    if choice == "ignore":
        ignored = backend.parked.settle(tenant, card_id, ["waiting"], "ignored", team)
        backend.event_mails.decided(tenant, ignored, "ignored-by-hand")
        return Settled("ignored", sender) if ignored else _was(mails)
    if all(each.state in ("applied", "ignored") for each in mails):
        return _was(mails)
    if choice == "believe" and sender:
        believe_sender(backend, replace(context, command_id=uuid5(context.command_id, "believe")), sender)
    # A mail that is being applied is not ignored meanwhile. A process that dies here leaves it for the next tap.
    backend.parked.settle(tenant, card_id, ["waiting"], "applying", team)
    changed = False
    for each in backend.parked.on_card(tenant, card_id):
        if each.state == "applying":
            changed |= _applied(backend, context, each, unverified)
    applied = backend.parked.settle(tenant, card_id, ["applying"], "applied", team)
    backend.event_mails.decided(tenant, applied, "applied-by-hand")
    return Settled("applied" if changed else "unchanged", sender)


def _was(mails: list[ParkedMail]) -> Settled:
    """The last decision, for a tap that comes late."""
    last = mails[-1]
    return Settled("was-ignored" if last.state == "ignored" else "was-applied", last.sender.address, last.settled_by)


def _applied(backend: Backend, context: Context, mail: ParkedMail, unverified: str) -> bool:
    """Whether the mail changed anything. Idempotent."""
    try:
        message = message_in(mail)
    except IcalError:
        return False
    incoming = Incoming(
        # The mail did it, and the person allowed it: a later mail of the same sender then counts (SPEC B5).
        context=replace(context, command_id=uuid5(context.command_id, mail.mail_key), actor=actor_of(mail.mail_key)),
        message=message,
        message_key=f"mail/{mail.mail_key}",
        sender_name=unverified[:MAX_NAME] or None,
        trust=Trust.T2,
    )
    received = receive_itip(backend, incoming)
    if received.reason == "less-trusted":
        # The organizer decides between two answers (SPEC B5).
        again = replace(incoming.context, command_id=uuid5(incoming.context.command_id, "again"))
        received = receive_itip(
            backend, replace(incoming, context=again, message_key=f"{incoming.message_key}/again", trust=Trust.T3)
        )
    return received.changed
