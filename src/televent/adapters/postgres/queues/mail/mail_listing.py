"""Inbound mail for the operator's commands: lists it, shows one, and opens it again to be processed once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from televent.adapters.postgres.rows import Pool
from televent.application.mail.book import LEASE, KeptMail

_LIST: Final = """
    SELECT mail_key, received_at, state, coalesce(verdict, ''), envelope_from, recipients, octet_length(raw), attempts,
        coalesce((SELECT string_agg(DISTINCT CASE decided.state
                WHEN 'applied-by-hand' THEN 'a person applied it' ELSE 'a person ignored it' END, ', ')
            FROM event_mail AS decided
            WHERE decided.mail_key = inbound_mail.mail_key AND decided.state LIKE '%%-by-hand'), '')
    FROM inbound_mail
    WHERE (%(states)s::text[] IS NULL OR state = ANY (%(states)s))
        AND (%(since)s::timestamptz IS NULL OR received_at >= %(since)s)
        AND (%(sender)s = '' OR strpos(lower(envelope_from), %(sender)s) > 0)
        AND (%(recipient)s = '' OR strpos(lower(array_to_string(recipients, ' ')), %(recipient)s) > 0)
        AND mail_key >= %(key)s AND mail_key <= %(key)s || 'g'
    ORDER BY received_at DESC, mail_key LIMIT %(limit)s"""
# A mail that is tried at this moment has a lease: two attempts at once would both count.
_OPEN: Final = """
    UPDATE inbound_mail SET state = 'received', attempts = 1, due_at = %(until)s
    WHERE mail_key = %(key)s AND (state <> 'received' OR due_at <= %(now)s)
    RETURNING mail_key, envelope_from, recipients, raw, received_at, due_at"""
_BACK: Final = "UPDATE inbound_mail SET state = %(state)s, verdict = %(verdict)s WHERE mail_key = %(key)s"


@dataclass(frozen=True, slots=True)
class ListedMail:
    """A stored mail without its bytes. ``verdict``: why it has its state. ``decided``: what a person has done with it
    since; "" for nothing."""

    key: str
    received_at: datetime
    state: str
    verdict: str
    envelope_from: str
    recipients: list[str]
    size: int
    attempts: int
    decided: str = ""


@dataclass(frozen=True, slots=True)
class MailFilter:
    """Which mails to list. ``sender`` and ``recipient``: a part of an address. ``key``: the start of the key."""

    states: tuple[str, ...] = ()
    since: datetime | None = None
    sender: str = ""
    recipient: str = ""
    key: str = ""


class MailListing:
    """Reads and reopens inbound mail."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def listed(self, wanted: MailFilter, limit: int) -> list[ListedMail]:
        """The newest mails first."""
        values: dict[str, Any] = {
            "states": list(wanted.states) or None,
            "since": wanted.since,
            "sender": wanted.sender.lower(),
            "recipient": wanted.recipient.lower(),
            "key": wanted.key.lower(),
            "limit": limit,
        }
        with self._pool.connection() as connection:
            return [ListedMail(*row) for row in connection.execute(_LIST, values).fetchall()]

    def open_again(self, key: str, now: datetime) -> KeptMail | None:
        """The mail, claimed for one attempt; None where it is being processed. If this process ends meanwhile, the mail
        service tries the mail after the lease."""
        values = {"key": key, "now": now, "until": now + LEASE}
        with self._pool.connection() as connection:
            row = connection.execute(_OPEN, values, binary=True).fetchone()
        return KeptMail(row[0], row[1], list(row[2]), bytes(row[3]), row[4], row[5]) if row is not None else None

    def put_back(self, mail: ListedMail) -> None:
        """Gives a mail the result that it had."""
        with self._pool.connection() as connection:
            connection.execute(_BACK, {"key": mail.key, "state": mail.state, "verdict": mail.verdict})
