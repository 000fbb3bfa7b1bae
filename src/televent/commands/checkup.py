"""The checks of ``televent doctor``."""

from __future__ import annotations

import contextlib
import shutil
import socket
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from televent.commands.checkup_queues import Finding, queues
from televent.runtime.configuration.believing import believing
from televent.runtime.configuration.doubts import doubts
from televent.runtime.configuration.exposure import exposed
from televent.runtime.configuration.mail_signing import answering, signing
from televent.runtime.database import OperatorError, database, session_url
from televent.settings import Settings

if TYPE_CHECKING:
    from televent.adapters.postgres.pool import Connection

PATIENCE: Final = 30.0
"""Max seconds for one answer of the database."""
MAX_ATTACHING: Final = 10_000
"""Max calendar objects with attachments whose URLs are looked at."""
ATTACHING: Final = """
    SELECT DISTINCT ON (resource.tenant_id, resource.calendar_id, resource.href) resource.ics
    FROM attachment_use AS used
    JOIN resource ON resource.tenant_id = used.tenant_id AND resource.uid = used.uid AND NOT resource.deleted
    LIMIT %s"""
FOLLOWER_LATE: Final = 60.0
"""Max seconds that an event may wait for a follower."""
TREE_LATE: Final = 600.0
"""Max seconds that an event may wait for its place in the tree of the log."""


def check_up(settings: Settings) -> list[Finding]:
    """Checks everything that an installation needs. Each finding: the check's name, whether it passed, and details."""
    import psycopg

    from televent.adapters.postgres.outages import one_line

    findings: list[Finding] = [_room(settings), _account(settings), _closed(settings), _keys(settings)]
    findings.append(_backups(settings))
    try:
        with database(settings) as url:
            _database(url, findings, settings.public_url)
            findings.append(_sessions(settings, url))
            findings.append(_connections(settings, url))
    except OperatorError as error:
        findings.append(("database", False, str(error)))
    except psycopg.Error as error:
        findings.append(("database", False, one_line(error)))
    findings.append(_doubts(settings))
    findings.append(_passwords(settings))
    findings.append(_telegram(settings))
    findings.append(_mail(settings))
    findings.append(("mail trust", True, believing(settings)))
    findings.append(("mail signing", *signing(settings)))
    findings.append(("mail links", *answering(settings)))
    return findings


def _room(settings: Settings) -> Finding:
    place = settings.data_dir.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    return "disk", free > 1 << 30, f"{free / 2**30:.1f} GiB free at {place}"


def _backups(settings: Settings) -> Finding:
    from televent.runtime.backups.backup_place import freshness
    from televent.runtime.compose import now

    try:
        return "backups", *freshness(settings, now())
    except OSError as error:
        return "backups", False, f"{settings.backup_dir} cannot be read: {error}"


def _account(settings: Settings) -> Finding:
    from televent.runtime.privileges import standing

    found = standing(settings)
    return "account", found.sound, found.sentence


def _closed(settings: Settings) -> Finding:
    from televent.runtime.data_directory import exposed, foreign_names

    place = settings.data_dir.absolute()
    try:
        opened, foreign = exposed(place), foreign_names(place) if place.exists() else []
    except OSError as error:
        return "data", False, f"{place} cannot be read: {error.strerror}"
    if foreign:
        return "data", False, f"{place} has files of others ({foreign[0]}): choose a directory for Televent alone"
    if opened:
        return (
            "data",
            False,
            f"{len(opened)} files are open to other accounts, such as {opened[0]}; a start closes them",
        )
    return "data", True, f"{place} is closed to other accounts"


def _keys(settings: Settings) -> Finding:
    """Where the keys of persons are, and whether they can be used."""
    from televent.runtime.person_keys import keys_place, vault_of, with_keys

    place = keys_place(settings)
    if place is None:
        return (
            "keys",
            True,
            "the keys of persons are in the database, and an old backup brings erased people back: TELEVENT_PERSON_KEYS"
            " keeps them apart",
        )
    if not place.exists():
        return "keys", True, f"the first start makes the keys of persons in {place}"
    try:
        vault_of(with_keys(settings))
    except OperatorError as error:
        return "keys", False, str(error)
    return "keys", True, f"the keys of persons are in {place}; keep a copy of the master key elsewhere"


def _sessions(settings: Settings, url: str) -> Finding:
    """Whether there is a way to a session of PostgreSQL itself."""
    from televent.adapters.postgres.session import leads_to_pooler

    try:
        direct = session_url(settings, url)
    except OperatorError as error:
        return "sessions", False, str(error)
    if direct != url:
        return "sessions", True, "DATABASE_DIRECT_URL leads to PostgreSQL itself"
    if not leads_to_pooler(url):
        return "sessions", True, "DATABASE_URL leads to PostgreSQL itself"
    return (
        "sessions",
        False,
        "DATABASE_URL leads through a pooler and DATABASE_DIRECT_URL is not set: migrate and rebuild are refused, and"
        " services poll for changes",
    )


def _connections(settings: Settings, url: str) -> Finding:
    """Whether PostgreSQL has room for the connections of all processes of this node."""
    import psycopg

    from televent.adapters.postgres.session import is_pooled
    from televent.runtime.configuration.connection_count import connections_of

    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        if is_pooled(connection):
            return "connections", True, "the pooler decides how many sessions of PostgreSQL there are"
        found = connections_of(settings, connection)
    return "connections", found.fits, found.sentence


def _database(url: str, findings: list[Finding], public_url: str | None) -> None:
    """Adds the findings about the database, one by one: those before an error are kept. Raises psycopg.Error."""
    import psycopg

    from televent.adapters.postgres.pool import describe
    from televent.adapters.postgres.schema import migrate
    from televent.adapters.postgres.schema.newer import NewerSchema, check_schema
    from televent.adapters.postgres.schema.store_format import WrongStoreFormat, check_store_format, store_format

    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        row = connection.execute("SHOW server_version_num").fetchone()
        version = int(row[0]) // 10000 if row else 0
        findings.append(("database", version >= 15, f"PostgreSQL {version}, {describe(url)}"))
        try:
            check_store_format(connection)
        except WrongStoreFormat as error:
            findings.append(("store format", False, str(error)))
            return
        findings.append(("store format", True, str(store_format(connection) or "none yet")))
        try:
            check_schema(connection)
        except NewerSchema as error:
            findings.append(("schema", False, str(error)))
            return
        waiting = [each.name for each in migrate.status(url) if each.state not in ("applied", "unknown")]
        findings.append(
            (
                "schema",
                not waiting,
                f"pending: {', '.join(waiting)} (run: televent migrate up)" if waiting else "current",
            )
        )
        if waiting:
            return
        findings.append(_writes(connection))
        started = time.perf_counter()
        connection.execute("SELECT count(*) FROM (SELECT FROM event LIMIT 1) AS one")
        findings.append(("store", True, f"answers in {(time.perf_counter() - started) * 1000:.1f} ms"))
        findings += queues(connection)
        old = connection.execute(
            "SELECT max(extract(epoch FROM now() - xact_start)) FROM pg_stat_activity"
            " WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        ).fetchone()
        oldest = float(old[0] or 0) if old else 0.0
        findings.append(("transactions", oldest < 30, f"the oldest write transaction is {oldest:.0f} s old"))
        findings += _followers(connection)
        findings.append(_heads(connection))
        if public_url is not None:
            findings.append(_attachments(connection, public_url))


def _writes(connection: Connection) -> Finding:
    """Whether the database takes writes: it is no standby, and its own disk, which may be elsewhere, has room."""
    import psycopg

    from televent.adapters.postgres.outages import one_line
    from televent.adapters.postgres.pulse import BEAT, ROOM, ask

    try:
        if ask(connection.pgconn, BEAT, PATIENCE) == b"on":
            return "writes", False, "the database takes no writes (a standby, or default_transaction_read_only)"
        ask(connection.pgconn, ROOM, PATIENCE)
    except (psycopg.Error, TimeoutError) as error:
        return "writes", False, one_line(error) or f"no answer within {PATIENCE:g} s"
    return "writes", True, "taken"


def _followers(connection: Connection) -> list[Finding]:
    """A finding for each follower of the log: how far behind it is, and its error."""
    from televent.adapters.postgres.followers.tracking import statuses
    from televent.application.followers import Projection
    from televent.runtime.compose import FOLLOWERS

    versions = {each.name: each.version for each in FOLLOWERS if isinstance(each, Projection)}
    findings: list[Finding] = []
    now = datetime.now(UTC)
    for each in statuses(connection):
        late = (now - each.since).total_seconds() if each.since is not None else 0.0
        detail = f"{each.behind} events behind" + (f", the oldest for {late:.0f} s" if each.behind else "")
        if each.error is not None:
            detail += f"; it fails: {each.error}"
        if each.unreadable:
            detail += f"; it went on without {each.unreadable} facts that cannot be read, such as {each.example}"
        other = versions.get(each.name, each.version) != each.version
        if other:
            detail += (
                f"; its rows are of version {each.version}, not of this program's (run: televent rebuild {each.name})"
            )
        good = late < FOLLOWER_LATE and each.error is None and not each.unreadable and not other
        findings.append((f"follower {each.name}", good, detail))
    return findings


def _heads(connection: Connection) -> Finding:
    """How far the log is proven by published heads."""
    row = connection.execute(
        "SELECT size, (SELECT max(size) FROM log_head),"
        " (SELECT extract(epoch FROM now() - min(recorded_at)) FROM event WHERE position > log_tree.position)"
        " FROM log_tree"
    ).fetchone()
    size, published, waiting = row if row is not None else (0, None, None)
    late = float(waiting or 0)
    detail = f"{size} events in the tree, {published or 0} proven by heads" + (
        f"; the oldest that is not in it is {late:.0f} s old" if late else ""
    )
    return "log heads", late < TREE_LATE, detail


def _attachments(connection: Connection, public_url: str) -> Finding:
    """Which attachments have URLs of another origin than PUBLIC_URL, because they were uploaded before it was set."""
    from televent.application.attachments import base_in
    from televent.ical.editing.attachments import known_attachments
    from televent.ical.objects.calendar_text import CalendarText
    from televent.ical.text.errors import IcalError

    others: Counter[str] = Counter()
    for (ics,) in connection.execute(ATTACHING, (MAX_ATTACHING,)):
        with contextlib.suppress(IcalError):
            known = known_attachments(CalendarText(bytes(ics))).items()
            bases = (base_in(each.url or "", id_) for id_, each in known)
            others.update(base for base in bases if base not in (None, public_url))
    if not others:
        return "attachments", True, f"all have URLs below {public_url}"
    named = ", ".join(f"{base} ({count})" for base, count in others.most_common(3))
    return (
        "attachments",
        True,
        f"{others.total()} were uploaded at another origin than PUBLIC_URL: {named}. Apps get URLs below PUBLIC_URL;"
        " mails that were sent before keep the old ones",
    )


def _doubts(settings: Settings) -> Finding:
    found = doubts(settings)
    return "settings", not found, " ".join(found) or "fit together"


def _passwords(settings: Settings) -> Finding:
    warning = exposed(settings)
    return "passwords", warning is None, warning or "apps send them over TLS, or in a private network"


def _telegram(settings: Settings) -> Finding:
    if settings.telegram_bot_token is None:
        return "telegram", True, "TELEGRAM_BOT_TOKEN is not set: the sandbox replaces Telegram"
    base = settings.telegram_api_base or "https://api.telegram.org"
    host, _, port = base.partition("://")[2].partition("/")[0].partition(":")
    return _reachable("telegram", host, int(port or (443 if base.startswith("https") else 80)))


def _mail(settings: Settings) -> Finding:
    if settings.smtp_host is None:
        return "mail", True, "SMTP_HOST is not set: the sandbox catches outgoing mail"
    return _reachable("mail", settings.smtp_host, settings.smtp_port)


def _reachable(name: str, host: str, port: int) -> Finding:
    try:
        socket.create_connection((host, port), 5).close()
    except OSError as error:
        return name, False, f"{host}:{port} cannot be reached: {error}"
    return name, True, f"{host}:{port} answers"
