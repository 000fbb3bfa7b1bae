"""Reads everything that the database holds on one account, in one snapshot of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from psycopg.rows import dict_row

from televent.adapters.postgres.dav_index.inline_rows import DIALOGUES_OF
from televent.adapters.postgres.event_store.log import COLUMNS, event_of
from televent.adapters.postgres.keeping.forgetting import MAILS_OF
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool
from televent.adapters.postgres.sealed_urls import SealedUrls
from televent.application.accounts.holdings import HeldMail, Row
from televent.application.event_store.mapper import SubjectKeys
from televent.application.event_store.recorded import RecordedEvent
from televent.domain.ids import AccountId

SUMMARY: Final = (
    "account", "address", "attachment", "calendar", "device", "event", "inbound_mail", "mount", "resource",
    "telegram_username",
)  # fmt: skip
"""Tables that the archive has in files of their own."""
ROWS: Final = (
    "answer_link", "api_key", "archive_request", "attachment_use", "audit", "company", "dialogue", "digest",
    "draft", "erasure_notice", "event_mail", "feed", "guest_address", "invitation_mail", "living_message",
    "mail_thread", "operator_log", "origin", "outbox", "overlay", "parked_mail", "principal", "push_subscription",
    "reminder", "reply_token", "sent_mail", "session", "subscription", "unreachable_chat", "webhook",
    "webhook_delivery",
)  # fmt: skip
"""Tables that the archive has row by row."""
LEFT_OUT: Final[Mapping[str, str]] = {
    "attachment_chunk": "the bytes of attachments, which are files of the archive",
    "attachment_quota": "a sum",
    "code_mail": "hashes of addresses to which a code was sent",
    "counter_run": "numbers of sync tokens",
    "device_setup": "passwords of new devices, which nobody can read without the link, for a quarter of an hour",
    "erased_person": "hashes about erased people",
    "idempotency_key": "answers of the last day, which repeat events that are in it",
    "inbox": "keys of messages that were applied",
    "keeper": "ids of the accounts of subscribed calendars",
    "team": "ids of the accounts of team calendars",
    "password": "the hash of the password",
    "pending_account": "registrations that are no accounts yet",
    "push_silence": "numbers",
    "replay_finding": "differences that a replay found, in the same rows",
    "search_entry": "the words of the events",
    "search_mark": "numbers",
    "search_word": "the words of the events",
    "snapshot": "states that follow from the facts",
    "subject_key": "the key of the person",
    "unreadable_fact": "numbers",
    "used_proof": "hashes",
}
"""The other tables with rows of an account, and why they are not in it."""
SECRETS: Final[Mapping[str, frozenset[str]]] = {
    "address": frozenset({"code_hash"}),
    "answer_link": frozenset({"token", "form"}),
    "api_key": frozenset({"hash"}),
    "device": frozenset({"hash", "selector"}),
    "guest_address": frozenset({"token"}),
    "push_subscription": frozenset({"push_resource", "public_key", "auth_secret"}),
    "reply_token": frozenset({"token"}),
    "session": frozenset({"family", "secret", "previous", "successor", "rotated_by"}),
    "feed": frozenset({"secret"}),
    "webhook": frozenset({"secrets"}),
}
"""Columns that would let another act as the person."""
URLS: Final[Mapping[str, str]] = {"subscription": "keeper", "webhook": "webhook_id"}
"""Tables with a sealed URL, and the column to whose id it is bound."""
CODES: Final = ("email/", "password_code/", "registration_code/")
"""The kinds of messages with a code, which proves an address. Its claimer must not read it anywhere but there."""
_FACTS: Final = f"SELECT {COLUMNS} FROM event WHERE tenant_id = %s ORDER BY stream_id, version"  # noqa: S608
_ORDERED: Final[Mapping[str, str]] = {"resource": "calendar_id, href", "calendar": "calendar_id"}
BATCH: Final = 50
"""Rows that are in memory at once; a text has a megabyte at most."""
LARGE: Final = 1
"""The same for mails, of which each may have several megabytes."""


class PostgresHoldings:
    """Opens what is held on an account. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool, keys: SubjectKeys) -> None:
        self._pool = pool
        self._urls = SealedUrls(keys)

    @contextmanager
    def __call__(self, tenant: AccountId) -> Iterator[_Held]:
        with self._pool.connection() as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield _Held(connection, tenant, self._urls)


class _Held:
    others = ROWS

    def __init__(self, connection: Connection, tenant: AccountId, urls: SealedUrls) -> None:
        self._connection, self._tenant, self._urls = connection, tenant, urls
        self._cursors = 0

    def rows(self, table: str) -> Iterator[Row]:
        """The account's rows of that table, without its secrets."""
        secret = SECRETS.get(table, frozenset())
        order = f" ORDER BY {_ORDERED[table]}" if table in _ORDERED else ""
        query = DIALOGUES_OF if table == "dialogue" else f"SELECT * FROM {table} WHERE tenant_id = %s{order}"  # noqa: S608
        for row in self._read(query):
            if table == "outbox" and str(row["kind"]).startswith(CODES):
                row["payload"] = {}
            if table in URLS:
                row["url"] = self._urls.open(self._tenant, row[URLS[table]], row["url"])
            yield {name: value for name, value in row.items() if name not in secret}

    def facts(self) -> Iterator[RecordedEvent]:
        """The account's facts."""
        for row in self._read(_FACTS):
            yield event_of(tuple(row.values()))

    def mails(self) -> Iterator[HeldMail]:
        """The mails from and to the person."""
        for row in self._read(MAILS_OF, LARGE):
            raw = bytes(row["raw"]) if row["raw"] else None
            yield HeldMail(
                row["received_at"], row["state"], row["envelope_from"], tuple(row["recipients"]), raw, row["sender"],
                row["verdict"],
            )  # fmt: skip

    def _read(self, query: str, batch: int = BATCH) -> Iterator[Row]:
        self._cursors += 1
        with self._connection.cursor(f"held_{self._cursors}", row_factory=dict_row) as cursor:
            cursor.itersize = batch
            cursor.execute(query.encode(), [self._tenant], binary=True)
            yield from cursor
