"""Errors of the embedded server, each one sentence for the operator."""

from pathlib import Path


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be found, created, started or stopped; the message is one line."""


def log_tail(log: Path, *, lines: int = 4, limit: int = 600) -> str:
    """The last `lines` lines of the server's log on one line of at most `limit` characters."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return f"no log at {log}"
    tail = " | ".join(line.strip() for line in text.splitlines()[-lines:] if line.strip())
    return f"the log {log} ends: {tail[-limit:]}" if tail else f"the log {log} is empty"
