"""Outages: reasons why the database cannot answer at the moment.

An outage is no refusal: the command may be good, and the same command may succeed later. Every door has a table from
Outage to its own answer. A command that raises an outage has stored nothing, or it is not known whether it has: the
client sends it again, and every command may arrive twice.
"""

from __future__ import annotations

from typing import ClassVar


class Outage(Exception):
    """The database cannot answer at the moment. The message is for the operator."""

    name: ClassVar[str]
    """The word for health checks."""
    retry_after: ClassVar[int]
    """Seconds after which the sender may try again."""


class DatabaseAway(Outage):
    """The database cannot be reached, does not reply, starts, or stops."""

    name = "away"
    retry_after = 5


class DatabaseReadOnly(Outage):
    """The database takes no writes: it is a standby, or its operator has made it read-only."""

    name = "read-only"
    retry_after = 5


class DatabaseBusy(Outage):
    """The database has no memory, connection or lock left for this statement."""

    name = "busy"
    retry_after = 1


class DatabaseFull(Outage):
    """The database's disk is full."""

    name = "disk full"
    retry_after = 60
