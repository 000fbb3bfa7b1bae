"""PostgreSQL of our own, under our own supervision, for when no DATABASE_URL is given."""

from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError
from televent.adapters.postgres.embedded.running import DATABASE
from televent.adapters.postgres.embedded.server import EmbeddedPostgres

__all__ = ["DATABASE", "EmbeddedPostgres", "EmbeddedPostgresError"]
