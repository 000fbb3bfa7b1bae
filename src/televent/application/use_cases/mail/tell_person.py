"""Tells a person of a mail that changes nothing in their calendar by itself: in their chat, or by mail (SPEC B6, B7).

Anybody can write such mails. So there is a limit for each account, kind and hour; a mail beyond it is kept, and its
reason says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from televent.application.mail.addressees import Addressee
from televent.application.mail.backend import MailBackend
from televent.application.mail.book import ReplyToken
from televent.application.mail.incoming import IncomingMail, Verdict
from televent.application.messages.chat import CalendarOffer, ChatText
from televent.application.messages.mail import NoticeMail, OfferMail
from televent.application.messages.message import Message
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.importing.import_objects import Standing, standing_of
from televent.ical.itip.message import Message as ItipMessage
from televent.ical.mending.files import read_any_file
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError

MAX_OFFERS: Final = 5
"""Max offers to import a calendar that one person gets in an hour."""
MAX_WRITTEN: Final = 5
"""Max mails about one meeting that are forwarded from one attendee in an hour."""
MAX_UNUSABLE: Final = 5
"""Max mails an hour with a calendar that changes nothing of which one person is told."""
MAX_OFFERED: Final = 256 * 1024
"""Max bytes of a calendar that is offered."""
Unusable = Literal["unreadable", "task", "no-guest", "method", "large", "own", "organizer"]
"""The reasons why the calendar in a mail changes nothing, as keys of the texts."""
_IMPORTED: Final = frozenset({"PUBLISH", "REQUEST", ""})
"""The METHODs of a calendar that may be imported where it is no message. Others are about an event that was there."""


def offer_import(mail_backend: MailBackend, mail: IncomingMail, message: ItipMessage, account: AccountRow) -> Verdict:
    """Offers to import the message's events; they invite nobody, so nothing is stored until the person agrees."""
    text = message.text.raw
    if len(text) > MAX_OFFERED:
        note = f"a calendar of more than {MAX_OFFERED} bytes is not offered"
        return tell_unusable(mail_backend, mail, account, "large", note)
    try:
        objects = read_any_file(text).objects
    except IcalError as error:
        return tell_unusable(mail_backend, mail, account, "unreadable", f"unreadable calendar: {error.precondition}")
    if not objects:
        return tell_unusable(mail_backend, mail, account, "unreadable", "unreadable calendar: no valid event")
    return _offered(mail_backend, mail, account, text, objects)


def offer_events(mail_backend: MailBackend, mail: IncomingMail, text: bytes, account: AccountRow) -> Verdict | None:
    """Offers to import the events of a calendar that is no message, such as one without UID (SPEC B4). None where there
    are none, or where the calendar is not meant to bring new ones."""
    if len(text) > MAX_OFFERED:
        return None
    try:
        found = read_any_file(text)
    except IcalError:
        return None
    if not found.objects or found.method not in _IMPORTED:
        return None
    return _offered(mail_backend, mail, account, text, found.objects)


def _offered(
    mail_backend: MailBackend, mail: IncomingMail, account: AccountRow, text: bytes, objects: Sequence[CalendarText]
) -> Verdict:
    backend = mail_backend.backend
    if all(standing_of(backend, account.tenant, each) is Standing.HERE for each in objects):
        return Verdict("ignored", "all of it is in the calendar")
    # The database keeps no NUL in a text.
    shown, sender = text.replace(b"\0", b"").decode("utf-8", "replace"), mail.sender.address
    return _told(
        mail_backend, mail, account, CalendarOffer(shown, sender), OfferMail(shown, sender), ("offer", MAX_OFFERS)
    )


def forward_text(mail_backend: MailBackend, mail: IncomingMail, addressee: Addressee) -> Verdict | None:
    """Forwards the text that somebody wrote to the reply address of a meeting to its organizer, or to the address of a
    guest from Telegram to that guest; None for other mails."""
    written, token, text = mail.written, next(iter(addressee.tokens), None), "guest-wrote"
    guest = next(iter(addressee.guests), None)
    if token is None and guest is not None:
        # The reader's own copy, which has another stream than that of the account whose mail showed the address.
        token, text = ReplyToken(guest.token, addressee.account.tenant, guest.uid, guest.address), "wrote-to-you"
    if written is None or token is None:
        return None
    if written.automatic:
        return Verdict("ignored", "an automatic answer without a calendar")
    title = _title(mail_backend, token)
    if title is None:
        return Verdict("ignored", "the event is gone")
    values = {"sender": mail.sender.address, "title": title, "subject": written.subject, "text": written.text}
    chat, by_mail = ChatText(text, values), NoticeMail(text, values)
    return _told(mail_backend, mail, addressee.account, chat, by_mail, (f"wrote/{token.token}", MAX_WRITTEN))


def tell_bounce(mail_backend: MailBackend, mail: IncomingMail, account: AccountRow, token: ReplyToken) -> None:
    """Tells the organizer that their mails do not reach an attendee: once a day for each attendee of each meeting."""
    title = _title(mail_backend, token)
    if title is None:
        return
    values = {"address": token.attendee, "title": title}
    chat, by_mail = ChatText("guest-undeliverable", values), NoticeMail("guest-undeliverable", values)
    now = mail_backend.backend.clock()
    message = _fitting(account, chat, by_mail)
    if message is not None:
        mail_backend.book.tell(account.tenant, message, f"bounce/{token.token}/{now:%Y%m%d}", mail.key, now)


def tell_unusable(
    mail_backend: MailBackend, mail: IncomingMail, account: AccountRow, why: Unusable, note: str
) -> Verdict:
    """Tells the person of a mail whose calendar changes nothing. ``note``: the reason in the verdict."""
    values = {"sender": mail.sender.address or "?", "subject": mail.subject or "–", "why": why}
    chat, by_mail = ChatText("mail-unusable", values), NoticeMail("mail-unusable", values)
    told = _told(mail_backend, mail, account, chat, by_mail, ("unusable", MAX_UNUSABLE))
    return Verdict("ignored", note if told.state == "parked" else f"{note}; {told.reason}")


def _title(mail_backend: MailBackend, token: ReplyToken) -> str | None:
    """The title of the token's meeting; None where it is gone."""
    reads = mail_backend.backend.reads
    found = next(iter(reads.by_uid(token.tenant, token.uid)), None)
    row = reads.by_stream(token.tenant, found.stream_id) if found is not None else None
    if row is None or row.ics is None:
        return None
    return " ".join(row.text.reading.instances()[0].summary.split())[:200]


def _told(
    mail_backend: MailBackend,
    mail: IncomingMail,
    account: AccountRow,
    chat: Message,
    by_mail: Message,
    limit: tuple[str, int],
) -> Verdict:
    """Queues the message in the first free slot of this hour."""
    message, now = _fitting(account, chat, by_mail), mail_backend.backend.clock()
    if message is None:
        return Verdict("ignored", "the person has neither a chat nor a verified address")
    kind, most = limit
    for number in range(most):
        if mail_backend.book.tell(account.tenant, message, f"{kind}/{now:%Y%m%d%H}/{number}", mail.key, now):
            return Verdict("parked", "offered" if kind == "offer" else "forwarded to the organizer")
    return Verdict("ignored", "told-lately")


def _fitting(account: AccountRow, chat: Message, by_mail: Message) -> Message | None:
    if account.telegram_id is not None:
        return chat
    return by_mail if account.addresses else None
