"""Asks an organizer elsewhere for a meeting of which only a part came (RFC 5546 §3.2.4, §3.2.6; SPEC B6)."""

from __future__ import annotations

from uuid import uuid5

from televent.application.mail.incoming import Verdict
from televent.application.messages.mail import CalendarRefresh
from televent.application.use_cases.mail.delivery import Delivery
from televent.ical.itip.sending.refreshing import refresh_for


def ask_again(delivery: Delivery) -> Verdict:
    """Mails a REFRESH for a proven message about a meeting that the person does not have: once in an hour for each
    meeting."""
    message, account, now = delivery.message, delivery.account, delivery.context.now
    people, organizer = delivery.mail_backend.backend.people, message.organizer
    text = refresh_for(message, people.addresses_of(account), now)
    if text is None or organizer is None:
        return Verdict("ignored", "unknown-uid")
    asking = CalendarRefresh(
        text=text.raw.decode(),
        method="REFRESH",
        uid=message.uid,
        recipient=organizer,
        recipient_name=delivery.mail.sender.name or None,
        sender_name=account.name,
        sender_address=next(iter(account.addresses), None),
        sender_telegram_id=account.telegram_id,
        timezone=account.timezone,
        locale=account.locale,
    )
    slot = f"refresh/{uuid5(account.tenant, message.uid)}/{now:%Y%m%d%H}"
    if delivery.mail_backend.book.tell(account.tenant, asking, slot, delivery.mail.key, now):
        return Verdict("applied", "unknown-uid: the organizer is asked for the meeting")
    return Verdict("ignored", "unknown-uid: the organizer was asked lately")
