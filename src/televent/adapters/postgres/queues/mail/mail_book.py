"""Stores inbound mail as received, and the tokens in reply addresses (application.mail.book.MailBook)."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from psycopg import Connection
from psycopg_pool import ConnectionPool

from televent.adapters.postgres.queues.outbox_rows import ENQUEUE, outbox_row
from televent.application.mail.book import ATTEMPTS, LEASE, GuestAddress, KeptMail, ReplyToken
from televent.application.mail.incoming import FOR_OPERATOR
from televent.application.mail.trust import Sender
from televent.application.mail_records.sender_text import read_sender, sender_text
from televent.application.messages.mail import OperatorMail
from televent.application.messages.message import Message
from televent.application.messages.outbox import OutboxMessage
from televent.domain.ids import AccountId

SERVER: Final = AccountId(UUID(int=0))
"""The tenant of messages that belong to no account, but to this server."""

_CLAIM = """
    UPDATE inbound_mail SET attempts = attempts + 1, due_at = %(until)s
    WHERE mail_key = (
        SELECT mail_key FROM inbound_mail
        WHERE state = 'received' AND due_at <= %(now)s AND attempts BETWEEN %(least)s AND %(most)s
        ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING mail_key, envelope_from, recipients, raw, received_at, due_at, attempts"""


class PostgresMailBook:
    """Stores mail and reply tokens. Each method is one transaction.

    Raw mail is sent and read in PostgreSQL's binary format: its text format has twice the bytes.
    """

    def __init__(self, pool: ConnectionPool[Connection]) -> None:
        self._pool = pool

    def keep(
        self,
        mail_key: str,
        envelope_from: str,
        recipients: list[str],
        raw: bytes,
        now: datetime,
        *,
        for_operator: bool = False,
    ) -> bool:
        """Stores a mail as received. False: the same mail is stored already."""
        with self._pool.connection() as connection:
            kept = connection.execute(
                "INSERT INTO inbound_mail"
                " (mail_key, envelope_from, recipients, raw, received_at, due_at, for_operator)"
                " VALUES (%s, %s, %s, %b, %s, %s, %s) ON CONFLICT (mail_key) DO NOTHING",
                (mail_key, envelope_from.replace("\0", ""), recipients, raw, now, now, for_operator),
            )
            return kept.rowcount == 1

    def settle(self, mail_key: str, state: str, verdict: str, sender: Sender | None = None) -> None:
        """Notes the final state of a mail, and the reason. The first result stays: a second attempt that began after
        the lease of the first one finds nothing left to do."""
        with self._pool.connection() as connection:
            connection.execute(
                "UPDATE inbound_mail SET state = %s, verdict = %s, sender = %s"
                " WHERE mail_key = %s AND state IN ('received', 'failed')",
                (state, verdict[:500], sender_text(sender) if sender is not None else None, mail_key),
            )

    def claim(self, now: datetime, *, again: bool) -> KeptMail | None:
        """Counts one more attempt at the mail that is due longest, and returns that mail; None where none is due."""
        with self._pool.connection() as connection:
            row = connection.execute(
                _CLAIM,
                {"now": now, "until": now + LEASE, "least": int(again), "most": ATTEMPTS - 1 if again else 0},
                binary=True,
            ).fetchone()
        return (
            KeptMail(row[0], row[1], list(row[2]), bytes(row[3]), row[4], row[5], row[6]) if row is not None else None
        )

    def postpone(self, mail: KeptMail, reason: str, due: datetime) -> bool:
        """Stores why an attempt failed, and when the next one is due. False: it was the last one."""
        with self._pool.connection() as connection:
            row = connection.execute(
                "UPDATE inbound_mail SET verdict = %s, due_at = %s,"
                " state = CASE WHEN attempts < %s THEN state ELSE 'failed' END"
                " WHERE mail_key = %s AND state = 'received' AND due_at = %s RETURNING state",
                (reason[:500], due, ATTEMPTS, mail.key, mail.until),
            ).fetchone()
        return row is None or row[0] == "received"

    def give_back(self, mail: KeptMail, reason: str, due: datetime) -> None:
        """Stores why an attempt could not be made, and when the next one is due. It does not count."""
        with self._pool.connection() as connection:
            connection.execute(
                "UPDATE inbound_mail SET verdict = %s, due_at = %s, attempts = attempts - 1"
                " WHERE mail_key = %s AND state = 'received' AND due_at = %s",
                (reason[:500], due, mail.key, mail.until),
            )

    def give_up(self, now: datetime) -> list[str]:
        """Sets mails aside whose last attempt ended without a result; returns their keys."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "UPDATE inbound_mail SET state = 'failed', verdict = format('the process ended during attempt %%s',"
                " attempts) || coalesce('; before: ' || verdict, '')"
                " WHERE state = 'received' AND attempts >= %s AND due_at <= %s RETURNING mail_key",
                (ATTEMPTS, now),
            ).fetchall()
        return [str(row[0]) for row in rows]

    def invited_by(self, tenant: AccountId, stream_id: UUID) -> tuple[bytes, Sender | None] | None:
        """The mail that brought the first invitation, and its sender; None where no stored mail did.

        A fact that a mail caused has "mail:" and the start of the mail's key as its actor.
        """
        with self._pool.connection() as connection:
            first = connection.execute(
                "SELECT substr(actor, 6) FROM event WHERE tenant_id = %s AND stream_id = %s AND actor LIKE 'mail:%%'"
                " AND topic LIKE 'invitation-received/%%' ORDER BY version LIMIT 1",
                (tenant, stream_id),
            ).fetchone()
            if first is None:
                return None
            # Keys are hexadecimal digits: all keys with the same start lie between the start and the start plus "g".
            row = connection.execute(
                "SELECT raw, sender::text FROM inbound_mail WHERE mail_key >= %s AND mail_key < %s LIMIT 1",
                (first[0], first[0] + "g"),
                binary=True,
            ).fetchone()
        return (bytes(row[0]), read_sender(row[1])) if row is not None else None

    def token(self, tenant: AccountId, uid: str, attendee: str) -> str:
        """The reply token of an attendee of a meeting, made when first needed.

        It is random and not derived, so that it discloses neither the attendee nor the meeting.
        """
        with self._pool.connection() as connection, connection.transaction():
            # Two workers may ask at once: the lock makes the second one see the first one's token.
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", (f"{tenant}/{uid}/{attendee}",))
            row = connection.execute(
                "SELECT token FROM reply_token WHERE tenant_id = %s AND uid = %s AND attendee = %s",
                (tenant, uid, attendee),
            ).fetchone()
            if row is not None:
                return str(row[0])
            token = secrets.token_hex(16)
            connection.execute(
                "INSERT INTO reply_token (token, tenant_id, uid, attendee) VALUES (%s, %s, %s, %s)",
                (token, tenant, uid, attendee),
            )
            return token

    def thread(self, token: str, message_id: str) -> str:
        """The Message-ID of the first mail of the token's thread; ``message_id`` where this mail is the first."""
        with self._pool.connection() as connection:
            row = connection.execute(
                "UPDATE reply_token SET first_message_id = coalesce(first_message_id, %s) WHERE token = %s"
                " RETURNING first_message_id",
                (message_id, token),
            ).fetchone()
        return message_id if row is None else str(row[0])

    def keep_for_operator(self, mail_key: str, forward_to: str | None, now: datetime) -> None:
        """Marks a mail as the operator's, and queues its forwarding."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute("UPDATE inbound_mail SET for_operator = true WHERE mail_key = %s", (mail_key,))
            if forward_to is not None:
                key, message = f"operator/{mail_key}", OperatorMail(forward_to, mail_key)
                due = OutboxMessage(uuid5(NAMESPACE_OID, key), key, message, now)
                connection.execute(ENQUEUE, outbox_row(SERVER, due, mail_key[:32], now))

    def tell(self, tenant: AccountId, message: Message, slot: str, mail_key: str, now: datetime) -> bool:
        """Queues a message for that account because of a mail, once for each mail. False: the slot has another one."""
        due = OutboxMessage(uuid5(tenant, f"mail-told/{mail_key}"), f"mail-told/{slot}", message, now)
        with self._pool.connection() as connection, connection.transaction():
            if connection.execute(ENQUEUE, outbox_row(tenant, due, mail_key[:32], now)).rowcount:
                return True
            same = "SELECT 1 FROM outbox WHERE tenant_id = %s AND outbox_id = %s"
            return connection.execute(same, (tenant, due.outbox_id)).fetchone() is not None

    def operator_mails(self, since: datetime) -> int:
        """The number of the operator's mails since then."""
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT count(*) FROM inbound_mail WHERE for_operator AND received_at > %s", (since,)
            ).fetchone()
        return int(row[0]) if row is not None else 0

    def raw(self, mail_key: str) -> bytes | None:
        """The bytes of a stored mail."""
        with self._pool.connection() as connection:
            row = connection.execute("SELECT raw FROM inbound_mail WHERE mail_key = %s", (mail_key,)).fetchone()
        return bytes(row[0]) if row is not None else None

    def operator_list(self, limit: int) -> list[tuple[str, datetime, str, list[str]]]:
        """The operator's newest mails: (key, time, envelope sender, recipients)."""
        with self._pool.connection() as connection:
            return connection.execute(
                "SELECT mail_key, received_at, envelope_from, recipients FROM inbound_mail WHERE for_operator"
                " ORDER BY received_at DESC LIMIT %s",
                (limit,),
            ).fetchall()

    def sweep_operator_mails(self, before: datetime) -> int:
        """Deletes the operator's mails that came before then and were for nobody else; returns their number."""
        with self._pool.connection() as connection:
            return connection.execute(
                "DELETE FROM inbound_mail WHERE for_operator AND state = 'parked' AND verdict = %s"
                " AND received_at < %s",
                (FOR_OPERATOR, before),
            ).rowcount

    def resolve(self, token: str) -> ReplyToken | None:
        """The account, meeting and attendee of a token; None for an unknown one."""
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT token, tenant_id, uid, attendee FROM reply_token WHERE token = %s", (token,)
            ).fetchone()
        return None if row is None else ReplyToken(row[0], AccountId(row[1]), row[2], row[3])

    def guest_tokens(self, tenant: AccountId, uid: str, addresses: Collection[str]) -> dict[str, str]:
        """The tokens of the guest addresses of a meeting, made when first needed. They are random, as ``token`` is."""
        wanted = sorted(set(addresses))
        if not wanted:
            return {}
        with self._pool.connection() as connection, connection.transaction():
            # In one order everywhere, so that two workers do not wait for each other's rows.
            connection.execute(
                "INSERT INTO guest_address (token, tenant_id, uid, address)"
                " SELECT token, %s, %s, name FROM unnest(%s::text[], %s::text[]) AS made(token, name)"
                " ORDER BY name ON CONFLICT (tenant_id, uid, address) DO NOTHING",
                (tenant, uid, [secrets.token_hex(16) for _ in wanted], wanted),
            )
            rows = connection.execute(
                "SELECT address, token FROM guest_address WHERE tenant_id = %s AND uid = %s AND address = ANY(%s)",
                (tenant, uid, wanted),
            ).fetchall()
        return {str(address): str(token) for address, token in rows}

    def guests(self, tokens: Collection[str]) -> list[GuestAddress]:
        """The persons behind guest addresses."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT token, tenant_id, uid, address FROM guest_address WHERE token = ANY(%s)", (sorted(tokens),)
            ).fetchall()
        return [GuestAddress(row[0], AccountId(row[1]), row[2], row[3]) for row in rows]

    def note_invitation(
        self,
        tenant: AccountId,
        uid: str,
        recurrence_ids: Collection[str | None],
        message_id: str,
        at: datetime,
        *,
        replace: bool = True,
    ) -> None:
        """Stores the Message-ID of a mail with an invitation. An earlier mail does not replace a later one."""
        rids = sorted({rid or "" for rid in recurrence_ids})
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO invitation_mail AS known (tenant_id, uid, recurrence_id, message_id, received_at)"
                " SELECT %s, %s, rid, %s, %s FROM unnest(%s::text[]) AS rid ORDER BY rid"
                " ON CONFLICT (tenant_id, uid, recurrence_id) DO UPDATE"
                " SET message_id = excluded.message_id, received_at = excluded.received_at"
                " WHERE %s AND known.received_at <= excluded.received_at",
                (tenant, uid, message_id, at, rids, replace),
            )

    def invitation(self, tenant: AccountId, uid: str, recurrence_ids: Collection[str | None]) -> str | None:
        """The Message-ID of the mail that an answer about these occurrences refers to."""
        rids = sorted({"", *(rid or "" for rid in recurrence_ids)})
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT message_id FROM invitation_mail WHERE tenant_id = %s AND uid = %s"
                " ORDER BY recurrence_id = ANY(%s) DESC, received_at DESC, recurrence_id LIMIT 1",
                (tenant, uid, rids),
            ).fetchone()
        return str(row[0]) if row is not None else None
