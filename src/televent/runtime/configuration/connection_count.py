"""Counts the connections to PostgreSQL that the processes of this installation may open, and compares them with its
limit.

Each process has a pool, a line for the pulse, and two for notifications: one that listens, one that notifies. An API
process has one more for marks (ADR 27), a worker one more for backups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from televent.runtime.configuration.cores import api_processes
from televent.settings import Settings

if TYPE_CHECKING:
    import psycopg

BESIDE_POOL: Final = {"api": 4, "worker": 4, "bot": 3}
"""Connections of a process beside its pool, by service."""
MIN_POOL: Final = 4
"""Connections that a pool opens when it starts."""
COMMANDS: Final = 4
"""Connections left for commands of the operator and a look with psql."""
LIMITS: Final = """
    SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true)::int, 0),
        (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user),
        (SELECT datconnlimit FROM pg_database WHERE datname = current_database()),
        (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"""


@dataclass(frozen=True, slots=True)
class Connections:
    """The connections of all processes: when they start, at most, and as many as PostgreSQL gives them."""

    processes: str
    least: int
    most: int
    admitted: int
    pool: int
    others: int
    pools: int

    @property
    def sentence(self) -> str:
        """The count and, where it is too high, the setting that helps."""
        text = f"{self.processes} may open {self.most} connections, and PostgreSQL gives {self.admitted}"
        if self.fits:
            return text
        room = (self.admitted - self.others) // self.pools
        smaller = f" lower TELEVENT_POOL_SIZE to {room}," if room >= 2 else ""
        return (
            f"{text}: raise its max_connections by {self.most - self.admitted},{smaller} or lower API_WORKERS; else"
            " requests fail under load"
        )

    @property
    def fits(self) -> bool:
        """Whether all connections are admitted, with those of commands."""
        return self.most <= self.admitted

    @property
    def starts(self) -> bool:
        """Whether the processes can start at all."""
        return self.least <= self.admitted


def connections_of(
    settings: Settings, connection: psycopg.Connection[Any], *, api: int | None = None, alone: bool = False
) -> Connections:
    """The count for the services of ``televent up``, or with ``alone`` for those of ``televent api``. ``connection``
    leads to PostgreSQL itself. ``api``: the number of API processes, None: that of the settings."""
    count = api_processes(settings, alone=alone) if api is None else api
    services = {"api": count} if alone else {"api": count, "worker": 1, "bot": 1}
    pools = sum(services.values())
    others = sum(BESIDE_POOL[name] * number for name, number in services.items()) + COMMANDS
    row = connection.execute(LIMITS).fetchone()
    assert row is not None
    limits = [int(row[0]), *(int(each) for each in row[1:3] if each >= 0 and not row[3])]
    return Connections(
        processes=", ".join(f"{number} {name}" for name, number in services.items()),
        least=others + pools * min(MIN_POOL, settings.pool_size),
        most=others + pools * settings.pool_size,
        admitted=min(limits),
        pool=settings.pool_size,
        others=others,
        pools=pools,
    )
