"""What ``televent doctor`` looks at."""

from __future__ import annotations

import shutil
import socket
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from televent.runtime.database import OperatorError, database
from televent.settings import Settings

if TYPE_CHECKING:
    from televent.adapters.postgres.pool import Connection

Finding = tuple[str, bool, str]

FOLLOWER_LATE: Final = 60.0
"""Seconds that an event may wait for a follower."""


def check_up(settings: Settings) -> list[Finding]:
    """Each finding: what was looked at, whether it is well, and what was seen or what to do."""
    findings: list[Finding] = [_room(settings)]
    try:
        with database(settings) as url:
            findings += _database(url)
    except OperatorError as error:
        findings.append(("database", False, str(error)))
    findings.append(_telegram(settings))
    findings.append(_mail(settings))
    return findings


def _room(settings: Settings) -> Finding:
    place = settings.data_dir.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    return "disk", free > 1 << 30, f"{free / 2**30:.1f} GiB free at {place}"


def _database(url: str) -> list[Finding]:
    import psycopg

    from televent.adapters.postgres.pool import describe
    from televent.adapters.postgres.schema import migrate

    findings: list[Finding] = []
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SHOW server_version_num").fetchone()
        version = int(row[0]) // 10000 if row else 0
        findings.append(("database", version >= 15, f"PostgreSQL {version}, {describe(url)}"))
        waiting = [each.name for each in migrate.status(url) if each.state != "applied"]
        findings.append(
            (
                "schema",
                not waiting,
                f"pending: {', '.join(waiting)} (run: televent migrate up)" if waiting else "current",
            )
        )
        if waiting:
            return findings
        started = time.perf_counter()
        connection.execute("SELECT count(*) FROM (SELECT FROM event LIMIT 1) AS one")
        findings.append(("store", True, f"answers in {(time.perf_counter() - started) * 1000:.1f} ms"))
        failed = connection.execute("SELECT count(*) FROM outbox WHERE state = 'failed'").fetchone()
        late = connection.execute(
            "SELECT count(*) FROM outbox WHERE state = 'pending' AND due_at < now() - interval '2 minutes'"
        ).fetchone()
        assert failed is not None
        assert late is not None
        findings.append(("outbox", failed[0] == 0, f"{failed[0]} failed (see: televent outbox list)"))
        findings.append(("worker", late[0] == 0, f"{late[0]} effects wait for more than two minutes"))
        old = connection.execute(
            "SELECT max(extract(epoch FROM now() - xact_start)) FROM pg_stat_activity"
            " WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        ).fetchone()
        oldest = float(old[0] or 0) if old else 0.0
        findings.append(("transactions", oldest < 30, f"the oldest write transaction is {oldest:.0f} s old"))
        findings += _followers(connection)
    return findings


def _followers(connection: Connection) -> list[Finding]:
    """Each follower of the log: how far behind it is, and why it cannot go on."""
    from televent.adapters.postgres.followers.tracking import standing

    findings: list[Finding] = []
    now = datetime.now(UTC)
    for each in standing(connection):
        late = (now - each.since).total_seconds() if each.since is not None else 0.0
        said = f"{each.behind} events behind" + (f", the oldest for {late:.0f} s" if each.behind else "")
        if each.error is not None:
            said += f"; it cannot go on: {each.error}"
        findings.append((f"follower {each.name}", late < FOLLOWER_LATE and each.error is None, said))
    return findings


def _telegram(settings: Settings) -> Finding:
    if settings.telegram_bot_token is None:
        return "telegram", True, "no TELEGRAM_BOT_TOKEN: the sandbox stands in"
    base = settings.telegram_api_base or "https://api.telegram.org"
    host, _, port = base.partition("://")[2].partition("/")[0].partition(":")
    return _reachable("telegram", host, int(port or (443 if base.startswith("https") else 80)))


def _mail(settings: Settings) -> Finding:
    if settings.smtp_host is None:
        return "mail", True, "no SMTP_HOST: the sandbox catches mail"
    return _reachable("mail", settings.smtp_host, settings.smtp_port)


def _reachable(name: str, host: str, port: int) -> Finding:
    try:
        socket.create_connection((host, port), 5).close()
    except OSError as error:
        return name, False, f"{host}:{port} cannot be reached: {error}"
    return name, True, f"{host}:{port} answers"
