"""One mail with a calendar in it, on its way to one account."""

from __future__ import annotations

from dataclasses import dataclass

from televent.application.event_store.context import Context
from televent.application.mail.addressees import Addressee
from televent.application.mail.backend import MailBackend
from televent.application.mail.incoming import IncomingMail
from televent.application.read_models.accounts import AccountRow
from televent.ical.itip.message import Message


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail with a calendar in it, on its way to one account."""

    mail_backend: MailBackend
    mail: IncomingMail
    message: Message
    addressee: Addressee
    context: Context
    unverified: bool = False
    """Whether the person believes the sender, and nothing proves them."""

    @property
    def account(self) -> AccountRow:
        return self.addressee.account
