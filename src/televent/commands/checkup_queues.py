"""The checks of ``televent doctor`` about work that waits in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from televent.application.messages.catalogue import CATALOGUE
from televent.application.use_cases.mail.parking import TOO_MANY_MAILS, TOO_MANY_SENDERS

if TYPE_CHECKING:
    from televent.adapters.postgres.pool import Connection

Finding = tuple[str, bool, str]
"""The name of a check, whether it passed, and details."""

UNHANDLED: Final = "SELECT count(*), extract(epoch FROM clock_timestamp() - min(kept_at))::float8 FROM bot_update"
UPDATE_LATE: Final = 300.0
"""Max seconds that an update of Telegram may wait to be handled."""


def queues(connection: Connection) -> list[Finding]:
    """The findings about messages, updates of Telegram, mails and erasures. Raises psycopg.Error."""
    found = [*_outbox(connection), *_bot(connection), _postmaster(connection), _incoming(connection)]
    return [*found, _erasures(connection)]


def _outbox(connection: Connection) -> list[Finding]:
    failed = connection.execute(
        "SELECT count(*), (array_agg(last_error ORDER BY finished_at DESC))[1] FROM outbox WHERE state = 'failed'"
    ).fetchone()
    assert failed is not None
    last = f"; the last one: {failed[1]}" if failed[1] else ""
    gone = connection.execute(
        "SELECT last_error, count(*), sum(count(*)) OVER () FROM outbox WHERE state = 'undeliverable'"
        " GROUP BY last_error ORDER BY 2 DESC LIMIT 3"
    ).fetchall()
    reasons = ", ".join(f"{reason} ({count})" for reason, count, _ in gone)
    late = connection.execute(
        "SELECT kind, count(*) FROM outbox WHERE state = 'pending' AND due_at < now() - interval '2 minutes'"
        " GROUP BY kind ORDER BY kind"
    ).fetchall()
    kinds = ", ".join(
        f"{kind} ({count}{'' if kind in CATALOGUE.names else ', not known here'})" for kind, count in late
    )
    waiting = sum(count for _, count in late)
    return [
        ("outbox", failed[0] == 0, f"{failed[0]} failed (see: televent outbox list){last}"),
        # A person who blocks the bot, or mistypes an address, has chosen so: that is no failure of the operator.
        ("unreachable", True, f"{gone[0][2] if gone else 0} messages reached nobody{': ' if gone else ''}{reasons}"),
        ("worker", not late, f"{waiting} messages wait for more than two minutes{': ' if kinds else ''}{kinds}"),
    ]


def _bot(connection: Connection) -> list[Finding]:
    """Whether updates of Telegram wait for a bot, and how often Telegram asked the bot to wait."""
    from televent.adapters.postgres.queues.chats.bot_trouble import recent, sentence

    row = connection.execute(UNHANDLED).fetchone()
    assert row is not None
    waiting, oldest = int(row[0]), float(row[1] or 0)
    for_how_long = f", the oldest for {oldest:.0f} s" if waiting else ""
    return [
        ("updates", oldest < UPDATE_LATE, f"{waiting} updates of Telegram are not handled yet{for_how_long}"),
        # Its limits are met in good times too, such as when many events of one person change.
        ("calls", True, sentence(recent(connection)) or "Telegram carried out all since yesterday"),
    ]


def _postmaster(connection: Connection) -> Finding:
    row = connection.execute("SELECT count(*), max(received_at) FROM inbound_mail WHERE for_operator").fetchone()
    assert row is not None
    newest = f", the newest of {row[1]:%Y-%m-%d} (see: televent postmaster list)" if row[1] is not None else ""
    return "postmaster", True, f"{row[0]} mails to postmaster or abuse{newest}"


def _incoming(connection: Connection) -> Finding:
    """Mails of the last week that every attempt failed at."""
    failed = connection.execute(
        "SELECT count(*), (array_agg(left(mail_key, 16) || ': ' || verdict ORDER BY received_at DESC))[1]"
        " FROM inbound_mail WHERE state = 'failed' AND received_at > now() - interval '7 days'"
    ).fetchone()
    assert failed is not None
    said = f"{failed[0]} failed in a week" + (f"; {failed[1]}" if failed[1] else "")
    return "incoming mail", failed[0] == 0, said + _refused_strangers(connection)


def _refused_strangers(connection: Connection) -> str:
    """Counts the mails of the last week that were beyond the limits for unknown senders, or had no answer from the
    DNS."""
    row = connection.execute(
        "SELECT count(*) FILTER (WHERE verdict LIKE ANY (%s)),"
        " count(*) FILTER (WHERE sender->>'doubt' = 'unanswered'), count(*) FILTER (WHERE state = 'parked')"
        " FROM inbound_mail WHERE received_at > now() - interval '7 days'",
        ([f"%{TOO_MANY_MAILS}%", f"%{TOO_MANY_SENDERS}%"],),
    ).fetchone()
    assert row is not None
    said = f"; {row[0]} of unknown senders beyond their limits" if row[0] else ""
    said += f"; {row[1]} without an answer from the DNS" if row[1] else ""
    return said + (f"; {row[2]} parked" if row[2] else "")


def _erasures(connection: Connection) -> Finding:
    """Erased people whom copies of others still name, because those cannot be changed."""
    row = connection.execute("SELECT count(*) FROM erased_person WHERE failed OR whole AND pass > 1").fetchone()
    kept = int(row[0]) if row is not None else 0
    detail = f"copies of others still name {kept} erased people; the log says why, and they are tried again each day"
    return "erasures", kept == 0, detail if kept else "no copy of others names an erased person for longer than a day"
