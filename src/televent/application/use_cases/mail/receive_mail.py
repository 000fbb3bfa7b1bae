"""Applies an incoming mail to the calendars of its recipients (imip/SPEC B).

Each door for mail (SMTP, LMTP and those to come) reads its own protocol and passes an ``IncomingMail``. Every mail gets
a verdict with a reason: applied, ignored, or parked for a person to decide on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from televent.application.mail.addressees import Addressee
from televent.application.mail.backend import MailBackend
from televent.application.mail.incoming import (
    FOR_OPERATOR,
    DeliveryReport,
    IncomingMail,
    MailedCalendar,
    MailState,
    Verdict,
)
from televent.application.use_cases.mail.apply_mail import apply_mail
from televent.application.use_cases.mail.note_bounce import note_bounce
from televent.application.use_cases.mail.tell_person import forward_text, offer_events, tell_bounce, tell_unusable

_RANK: tuple[MailState, ...] = ("ignored", "parked", "applied")


def receive_mail(mail_backend: MailBackend, mail: IncomingMail) -> Verdict:
    """Applies the mail and stores its verdict. Idempotent. Exceptions of the store pass; then no verdict is stored."""
    verdict = _decided(mail_backend, mail)
    mail_backend.book.settle(mail.key, verdict.state, verdict.reason, mail.sender)
    return verdict


def _decided(mail_backend: MailBackend, mail: IncomingMail) -> Verdict:
    """The verdict for the operator and for the other recipients together."""
    others = tuple(each for each in mail.recipients if not mail_backend.addressees.is_operator(each))
    if len(others) == len(mail.recipients):
        return _understood(mail_backend, mail)
    # A mail of ours that comes back is kept, but not forwarded again: it would come back again.
    forward_to = None if _ours(mail_backend, mail) else mail_backend.operator
    mail_backend.book.keep_for_operator(mail.key, forward_to, mail_backend.backend.clock())
    verdict = _understood(mail_backend, replace(mail, recipients=others)) if others else Verdict("parked", "")
    state = max(verdict.state, "parked", key=_RANK.index)
    return Verdict(state, "; ".join(filter(None, [verdict.reason, FOR_OPERATOR])))


def _ours(mail_backend: MailBackend, mail: IncomingMail) -> bool:
    """Whether this server sent the mail."""
    return any(each.endswith(f"@{mail_backend.backend.people.mail_domain}") for each in mail.message_ids)


def _understood(mail_backend: MailBackend, mail: IncomingMail) -> Verdict:
    if mail.report is not None:
        return _report(mail_backend, mail, mail.report)
    if _ours(mail_backend, mail):
        # A rule elsewhere sent it back (B2).
        return Verdict("ignored", "our own mail")
    addressees = mail_backend.addressees.among(mail.recipients)
    if mail.calendar is None:
        forwarded = [found for each in addressees if (found := forward_text(mail_backend, mail, each)) is not None]
        return _together(forwarded) if forwarded else Verdict("ignored", "no calendar in it")
    if not addressees:
        return Verdict("ignored", "for nobody here")
    if mail.calendar.message is None:
        return _together([_unread(mail_backend, mail, mail.calendar, each) for each in addressees])
    verdicts = [apply_mail(mail_backend, mail, mail.calendar.message, each) for each in addressees]
    return _together(verdicts, mail.calendar.note)


def _unread(mail_backend: MailBackend, mail: IncomingMail, calendar: MailedCalendar, addressee: Addressee) -> Verdict:
    """Offers the events of a calendar that is no message; tells the person where there are none."""
    verdict = offer_events(mail_backend, mail, calendar.text, addressee.account) if calendar.text else None
    if verdict is None:
        note = f"unreadable calendar: {calendar.note}"
        verdict = tell_unusable(mail_backend, mail, addressee.account, "unreadable", note)
    return verdict


def _together(verdicts: Sequence[Verdict], note: str = "") -> Verdict:
    state = max((verdict.state for verdict in verdicts), key=_RANK.index)
    reasons = [*(verdict.reason for verdict in verdicts), *filter(None, [note])]
    return Verdict(state, "; ".join(dict.fromkeys(reasons)))


def _report(mail_backend: MailBackend, mail: IncomingMail, report: DeliveryReport) -> Verdict:
    if not report.failed:
        return Verdict("ignored", "a report of no failure")
    tokens = mail_backend.addressees.tokens(mail.recipients)
    if not tokens and report.token is not None:
        token = mail_backend.book.resolve(report.token)
        tokens = [token] if token is not None else []
    if not tokens:
        return Verdict("ignored", "a report about nothing of ours")
    noted = False
    for token in tokens:
        account = mail_backend.backend.reads.account(token.tenant)
        if account is not None:
            context = mail_backend.context(f"{mail.key}/{token.token}", account.tenant)
            there = note_bounce(mail_backend.backend, context, uid=token.uid, attendee=token.attendee)
            if there:
                tell_bounce(mail_backend, mail, account, token)
            noted |= there
    return Verdict("applied" if noted else "ignored", "undeliverable" if noted else "the event is gone")
