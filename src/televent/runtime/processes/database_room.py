"""Looks before a start whether PostgreSQL has room for the connections of all processes."""

from __future__ import annotations

from televent.runtime.configuration.connection_count import connections_of
from televent.runtime.database import OperatorError, session_url
from televent.settings import Settings


def room_in_database(settings: Settings, url: str, *, api: int, alone: bool = False) -> list[str]:
    """A warning where PostgreSQL may refuse connections under load, else nothing. Behind a pooler it is not known.

    ``api``: the number of API processes; ``alone``: without worker and bot. Raises OperatorError where there is no room
    to start, and as ``session_url``.
    """
    import psycopg

    from televent.adapters.postgres.session import is_pooled

    direct = session_url(settings, url)
    with psycopg.connect(direct, autocommit=True, prepare_threshold=None) as connection:
        # A pooler shares few sessions among all, and has limits of its own.
        if direct != url or is_pooled(connection):
            return []
        found = connections_of(settings, connection, api=api, alone=alone)
    if not found.starts:
        raise OperatorError(f"DATABASE_URL: {found.sentence}.")
    return [] if found.fits else [f"{found.sentence}."]
