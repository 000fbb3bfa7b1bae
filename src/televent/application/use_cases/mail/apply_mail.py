"""Applies, parks or ignores the calendar in a mail, in one account (imip/SPEC B5, B6)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import uuid5

from televent.application.mail.addressees import Addressee
from televent.application.mail.backend import MailBackend
from televent.application.mail.book import GuestAddress
from televent.application.mail.incoming import IncomingMail, Verdict
from televent.application.mail.trust import Trust, trust_of
from televent.application.mail_records.sent_mail import Guest
from televent.application.read_models.resources import ResourceRow
from televent.application.use_cases.mail.ask_again import ask_again
from televent.application.use_cases.mail.believed import is_believed
from televent.application.use_cases.mail.delivery import Delivery
from televent.application.use_cases.mail.early import apply_early, await_decision, keep_early
from televent.application.use_cases.mail.event_mail import note_event_mail
from televent.application.use_cases.mail.parking import ask_first, card_for, park, stream_for, too_many
from televent.application.use_cases.mail.tell_person import Unusable, offer_import, tell_unusable
from televent.application.use_cases.scheduling.receive_itip import Incoming, receive_itip
from televent.application.use_cases.scheduling.standing_answers import text_told
from televent.ical.itip.message import FROM_ATTENDEE, Message
from televent.ical.itip.parts import parts_of, sequence_of
from televent.ical.itip.receiving.delivered import as_delivered, as_known
from televent.ical.itip.receiving.narrowing import attendee_of, names_domain, narrowed
from televent.ical.itip.roles import organizer_email
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import Organizer
from televent.ical.text.errors import IcalError

FROM_ORGANIZER = frozenset({"REQUEST", "CANCEL", "ADD", "PUBLISH", "DECLINECOUNTER"})
INVITES = frozenset({"REQUEST", "ADD"})
MAX_NOTED = 50
"""Max occurrences in a mail for which its Message-ID is kept; answers to others refer to any mail about the meeting."""
_FOLD = re.compile(rb"\r?\n[ \t]")
MAX_NAME = 128
"""Max characters of a sender's name in a card."""


def apply_mail(mail_backend: MailBackend, mail: IncomingMail, message: Message, addressee: Addressee) -> Verdict:
    """Applies, parks or ignores the mail's message in the addressee's account. Idempotent."""
    try:
        context = mail_backend.context(mail.key, addressee.account.tenant)
        sender = mail.sender
        believed = is_believed(mail_backend.backend, addressee.account.tenant, sender)
        if believed:
            mail = replace(mail, sender=replace(sender, proven=True))
        delivery = Delivery(mail_backend, mail, message, addressee, context, unverified=believed)
        verdict = _deliver(delivery)
        note_event_mail(delivery, verdict)
    except IcalError as error:
        note = f"unreadable calendar: {error.precondition}"
        return tell_unusable(mail_backend, mail, addressee.account, "unreadable", note)
    if message.method in INVITES and mail.message_id and verdict.state in ("applied", "parked"):
        # A mail that is not applied yet must not take the place of one that was.
        asked = [rid for rid, _ in message.parts.items()][:MAX_NOTED]
        applied = verdict.state == "applied"
        mail_backend.book.note_invitation(
            addressee.account.tenant, message.uid, asked, mail.message_id, context.now, replace=applied
        )
    return verdict


def _deliver(delivery: Delivery) -> Verdict:
    message = delivery.message
    if names_domain(message, delivery.mail_backend.backend.people.internal_domain):
        # Internal addresses exist only inside, so a mail that names one is forged (product §4).
        return Verdict("ignored", "names internal addresses")
    if _is_former(delivery) and _copy(delivery) is None:
        return Verdict("ignored", "an address that the person removed")
    if message.method in FROM_ATTENDEE:
        return _from_attendee(replace(delivery, message=_with_guests(delivery)))
    if message.parts.kind != "VEVENT" and message.method != "PUBLISH":
        # Tasks and journal entries of others are not taken by mail, and not answered (SPEC B6).
        return _unusable(delivery, "task", f"{message.parts.kind} by mail")
    if message.method in FROM_ORGANIZER:
        me = delivery.mail_backend.backend.people.addresses_of(delivery.account)
        mine = as_delivered(message, me, _addresses(delivery, me))
        return _from_organizer(replace(delivery, message=mine))
    return _unusable(delivery, "method", f"method {message.method[:20]}")


def _unusable(delivery: Delivery, why: Unusable, note: str) -> Verdict:
    return tell_unusable(delivery.mail_backend, delivery.mail, delivery.account, why, note)


def _is_former(delivery: Delivery) -> bool:
    """Whether the mail came only to addresses that the person has removed. Their meetings stay; no new one comes."""
    addressee = delivery.addressee
    reached = set(addressee.addresses.values())
    return bool(reached) and not addressee.tokens and reached <= set(addressee.account.former)


def _addresses(delivery: Delivery, me: Collection[str]) -> Mapping[str, str]:
    """The addresses by which the mail may have invited the person, each with their own one that it stands for."""
    shown = {each: guest.address for each, guest in _guests_in(delivery).items() if guest.address in me}
    return {**delivery.addressee.addresses, **shown}


def _guests_in(delivery: Delivery) -> Mapping[str, GuestAddress]:
    """The addresses of people from Telegram that the message has, as our mails show them (ADR 64)."""
    domain = delivery.mail_backend.backend.people.mail_domain
    pattern = re.compile(rb"guest\+([0-9a-f]{32})@" + re.escape(domain.encode()), re.IGNORECASE)
    # An address may be folded (RFC 5545 §3.1).
    found = {token.decode().lower() for token in pattern.findall(_FOLD.sub(b"", delivery.message.text.raw))}
    guests = delivery.mail_backend.book.guests(found) if found else []
    return {f"guest+{guest.token}@{domain}": guest for guest in guests}


def _with_guests(delivery: Delivery) -> Message:
    """An attendee's message with the addresses that people from Telegram have in this organizer's copy."""
    tenant, uid = delivery.account.tenant, delivery.message.uid
    known = {
        shown: guest.address
        for shown, guest in _guests_in(delivery).items()
        if (guest.tenant, guest.uid) == (tenant, uid)
    }
    return as_known(delivery.message, known) if known else delivery.message


def _from_attendee(delivery: Delivery) -> Verdict:
    """A REPLY counts only from the attendee whom it names (product §5)."""
    message, sender, people = delivery.message, delivery.mail.sender, delivery.mail_backend.backend.people
    row = _copy(delivery)
    if row is None and message.method == "REPLY" and attendee_of(message, ()) is None:
        # Some shops send the ticket or the receipt as a REPLY (SPEC B6).
        return offer_import(delivery.mail_backend, delivery.mail, message, delivery.account)
    if row is None:
        return Verdict("ignored", "unknown-uid")
    organizer = _organizer(row)
    if organizer is None or organizer.address not in people.addresses_of(delivery.account):
        return Verdict("ignored", "not-organizer")
    tokens = {token.attendee for token in delivery.addressee.tokens if token.uid == message.uid}
    believed = (tokens | sender.speaks_for) if sender.proven else (tokens or sender.speaks_for)
    named = attendee_of(message, believed) or sender.address
    trust = trust_of(sender, named, named if named in tokens else None)
    if trust is Trust.T0:
        return park(delivery, row, "reply-unproven")
    delivery = replace(delivery, message=narrowed(message, named))
    name = _name(delivery, named, proven=not delivery.unverified)
    guest = Guest(delivery.account.tenant, row.stream_id, named)
    told = text_told(delivery.mail_backend.backend, guest, row.text) if _is_older(delivery.message, row) else None
    return _apply(delivery, trust, row, name, told)


def _is_older(message: Message, row: ResourceRow) -> bool:
    """Whether the message answers an older version of the event, by its SEQUENCE."""
    current = max((sequence_of(each) for _, each in parts_of(row.text).items()), default=0)
    return any(sequence_of(each) < current for _, each in message.parts.items())


def _from_organizer(delivery: Delivery) -> Verdict:
    message, sender, people = delivery.message, delivery.mail.sender, delivery.mail_backend.backend.people
    if (message.organizer or "").endswith(f"@{people.mail_domain}"):
        # Invitations between accounts here are not sent by mail, so this mail is forged or forwarded.
        return Verdict("ignored", "its organizer is here")
    if message.method == "PUBLISH" or (message.method == "REQUEST" and message.organizer is None):
        return offer_import(delivery.mail_backend, delivery.mail, message, delivery.account)
    row = _copy(delivery)
    proven = sender.proven and message.organizer in sender.speaks_for
    shown = (proven or row is not None) and not delivery.unverified
    name = _name(delivery, message.organizer or sender.address, proven=shown)
    if row is None:
        return _new(delivery, name, proven=proven)
    organizer = _organizer(row)
    if organizer is None:
        # They imported it: a published event has no organizer then, who could change it.
        return _unusable(delivery, "own", "the event is this person's own")
    if organizer.address in people.addresses_of(delivery.account):
        return Verdict("ignored", "the event is this person's own")
    trusted = _may_change(delivery, {organizer.address, organizer.sent_by}, row)
    verdict = _apply(delivery, Trust.T2, row, name) if trusted else park(delivery, row, "request-unproven")
    if verdict.reason == "not-organizer":
        # SPEC B6: it is not applied. A mail does not replace the organizer (RFC 5546 §4.2.11).
        return _unusable(delivery, "organizer", verdict.reason)
    return verdict


def _new(delivery: Delivery, name: str | None, *, proven: bool) -> Verdict:
    """A message about an event that the person does not have. ``proven``: its organizer is."""
    message, backend, account = delivery.message, delivery.mail_backend.backend, delivery.account
    method, choice = message.method, account.preferences.strangers
    if method == "CANCEL" and not proven and backend.parked.waits(account.tenant, stream_for(delivery)):
        # It calls off an invitation that waits: the person decides about both.
        return ask_first(delivery)
    # A CANCEL may have overtaken its REQUEST. The mark makes that REQUEST stale (RFC 5546 §2.1.5).
    if method == "CANCEL" and proven:
        return _apply(delivery, Trust.T2, None, name)
    if method == "CANCEL" and delivery.mail.sender.proven:
        return keep_early(delivery)
    if method == "ADD" and proven:
        return ask_again(delivery)
    if method not in ("REQUEST", "PUBLISH"):
        return Verdict("ignored", "unknown-uid")
    if delivery.mail.sender.proven and (delivery.unverified or _is_known(delivery)):
        # The sender is known; the organizer may be a group's calendar, which is shown as unverified.
        apply_early(delivery)
        return _apply(delivery, Trust.T2 if proven else Trust.T0, None, name)
    if choice == "never":
        return Verdict("ignored", "unknown senders are refused")
    if choice == "ask":
        if delivery.mail.sender.proven:
            await_decision(delivery)
        return ask_first(delivery)
    card = card_for(delivery, "sender-unknown", stream_for(delivery))
    if not proven and (refused := too_many(delivery, card)) is not None:
        return refused
    if not proven:
        # It counts towards the limit of its sender.
        backend.parked.keep(replace(card, state="applied"))
    if delivery.mail.sender.proven:
        apply_early(delivery)
    return _apply(delivery, Trust.T2 if proven else Trust.T0, None, name)


def _is_known(delivery: Delivery) -> bool:
    """Whether the person has met the proven sender: they share a meeting that the person made or accepted."""
    addresses = sorted(delivery.mail.sender.speaks_for)
    return bool(delivery.mail_backend.backend.reads.met(delivery.account.tenant, addresses))


def _may_change(delivery: Delivery, organizers: set[str | None], row: ResourceRow) -> bool:
    """True for the organizer, their SENT-BY, and the proven sender of the mail with the invitation (B5).

    The last case is for Google: its ORGANIZER is a calendar's address, from which no mail comes (I-14). A sender
    whom the person believes need not be proven.
    """
    sender = delivery.mail.sender
    if not sender.proven:
        return False
    if organizers & sender.speaks_for:
        return True
    first = delivery.mail_backend.first_sender(delivery.account.tenant, row.stream_id)
    return first is not None and (first.proven or delivery.unverified) and first.address == sender.address


def _apply(
    delivery: Delivery, trust: Trust, row: ResourceRow | None, name: str | None, told: CalendarText | None = None
) -> Verdict:
    method, context = delivery.message.method, delivery.context
    key = f"mail/{delivery.mail.key}"
    if method == "REFRESH":
        # All REFRESHes of one hour have one dedupe key, so the invitation is sent once an hour at most (B6).
        key = f"refresh/{uuid5(context.tenant, delivery.message.uid)}/{context.now:%Y%m%d%H}"
    received = receive_itip(
        delivery.mail_backend.backend,
        Incoming(context, delivery.message, key, sender_name=name, trust=trust, told=told),
        stored=row.text if row is not None else None,
    )
    if received.reason == "less-trusted" and row is not None:
        # An answer that is trusted more stands. The organizer decides (B5).
        again = replace(context, command_id=uuid5(context.command_id, "park"))
        parked = park(replace(delivery, context=again), row, "reply-unproven")
        part = f"; a part is {parked.state}: {parked.reason}"
        return Verdict("applied", f"{method} {trust.name}{part}") if received.changed else parked
    if received.changed or (method == "REFRESH" and received.reason is None):
        return Verdict("applied", f"{method} {'new' if row is None and method != 'CANCEL' else trust.name}")
    if received.reason == "no-attendee" and method == "REPLY":
        return _unusable(delivery, "no-guest", received.reason)
    return Verdict("parked" if received.reason == "party-crasher" else "ignored", received.reason or "no change")


def _copy(delivery: Delivery) -> ResourceRow | None:
    """The person's live copy of the message's UID, with its text."""
    reads, tenant = delivery.mail_backend.backend.reads, delivery.account.tenant
    found = next(iter(reads.by_uid(tenant, delivery.message.uid)), None)
    return reads.by_stream(tenant, found.stream_id) if found is not None else None


def _organizer(row: ResourceRow) -> Organizer | None:
    return row.text.reading.organizer if row.ics is not None else None


def _name(delivery: Delivery, address: str, *, proven: bool) -> str | None:
    """The sender's display name, in the recipient's language where it must be marked as unverified."""
    sender = delivery.mail.sender
    display_name = sender.name if address in sender.speaks_for else ""
    people = organizer_email(delivery.message.parts) if address == delivery.message.organizer else None
    if people is not None and not display_name:
        # iCloud's organizer is an address that no person knows; nothing proves the one in EMAIL.
        address, proven = people, proven and people in sender.speaks_for
    name = " ".join((display_name or address).split())[:MAX_NAME]
    return (name or None) if proven else delivery.mail_backend.unverified(delivery.account.locale, name)
