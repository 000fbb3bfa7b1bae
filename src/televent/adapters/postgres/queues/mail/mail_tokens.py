"""The used tokens of posted mails (adapters.email.doors.hooks.Tokens)."""

from __future__ import annotations

import hashlib
from datetime import datetime

from televent.adapters.postgres.rows import Pool

USE = """
    INSERT INTO mail_token AS used (token, content, until) VALUES (%(token)s, %(content)s, %(until)s)
    ON CONFLICT (token) DO UPDATE SET until = greatest(used.until, excluded.until)
    WHERE used.content = excluded.content"""
SWEEP = "DELETE FROM mail_token WHERE until <= %s"


class PostgresMailTokens:
    """Remembers tokens in the database, so that a request may come to any process."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def use(self, token: str, content: str, now: datetime, until: datetime) -> bool:
        """Remembers a token until then, with a hash of the mail. False: it came with another mail before.

        Only their service can sign tokens, so their number is that of its mails in that time.
        """
        values = {
            "token": hashlib.sha256(token.encode()).digest(),
            "content": bytes.fromhex(content),
            "until": until,
        }
        with self._pool.connection() as connection:
            return connection.execute(USE, values).rowcount == 1

    def sweep(self, now: datetime) -> int:
        """Deletes the tokens whose timestamps are too old by now; returns their number."""
        with self._pool.connection() as connection:
            return connection.execute(SWEEP, (now,)).rowcount
