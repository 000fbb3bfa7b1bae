"""The embedded PostgreSQL server, which runs where DATABASE_URL is not set."""

from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError
from televent.adapters.postgres.embedded.running import DATABASE
from televent.adapters.postgres.embedded.server import EmbeddedPostgres

__all__ = ["DATABASE", "EmbeddedPostgres", "EmbeddedPostgresError"]
