"""Keeps the data directory to one account: made with mode 0700, and closed again where something is open to others."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import structlog

from televent.adapters.postgres.embedded.account import Account
from televent.adapters.postgres.embedded.ownership import open_to_others, settle

log = structlog.get_logger("televent.runtime.data_directory")

CLUSTERS: Final = ("cluster", "cluster.partial")
"""PostgreSQL's own directories. It keeps their contents closed itself, and refuses to start where they are not."""
RESTORING: Final = "restoring"
"""The directory in which a restore is prepared. It is gone when the restore is done."""
OURS: Final = {
    *CLUSTERS, RESTORING, "socket", "sandbox", "password", "users.lock", "starting.lock", "server.log", "server.log.1",
    "ports", "ports.new", "up.lock", "log-key.pem", "log-heads",
    "person-keys", "master-key", "master-key.lock",
}  # fmt: skip
"""Names that Televent makes in its data directory."""
FOREIGN: Final = {"lost+found"}
"""Names that a file system makes. They are left as they are."""


def prepare(place: Path, account: Account | None) -> None:
    """Makes the data directory, and closes to other accounts all that Televent keeps in it. ``account``: to whom root
    gives it; None: its owner stays.

    A directory with other files in it, such as somebody's home, is not closed itself. Raises OSError.
    """
    owner = (account.uid, account.gid) if account is not None else None
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if foreign := foreign_names(place):
        log.warning("the data directory has files of others: choose one for Televent alone", names=foreign[:3])
    settled = settle(place, owner, leave=CLUSTERS, only=OURS if foreign else None)
    if settled.opened:
        log.warning(
            "files of the data directory were open to other accounts and are closed now",
            count=len(settled.opened),
            first=str(settled.opened[0]),
        )
    if settled.left:
        log.warning(
            "files of the data directory belong to another account and cannot be closed or used",
            count=len(settled.left),
            first=str(settled.left[0]),
        )


def exposed(place: Path) -> list[Path]:
    """The paths in the data directory that others may read. Raises OSError."""
    return open_to_others(place, leave=CLUSTERS) if place.exists() else []


def foreign_names(place: Path) -> list[str]:
    """The names in the data directory that Televent did not make. Raises OSError."""
    return sorted(path.name for path in place.iterdir() if path.name not in OURS | FOREIGN)


@contextlib.contextmanager
def reachable(place: Path, account: Account | None) -> Iterator[Path]:
    """A path by which this process can use the data directory after it has stepped down to the account."""
    if account is None:
        yield place
        return
    with account.naming(place) as (name, _):
        yield Path(name)
