"""Opens the database for one command: the one of DATABASE_URL, or the embedded one, which is started or adopted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from televent.runtime.data_directory import RESTORING, prepare
from televent.runtime.privileges import chosen_account
from televent.settings import Settings, load_settings

MISTAKE, TEMPORARY = 2, 75
"""Exit codes: a mistake that only an operator can mend; an error that may pass (EX_TEMPFAIL of sysexits.h)."""


class OperatorError(Exception):
    """An error that the operator can fix; the message says how."""

    exit_code = MISTAKE


class TemporaryError(OperatorError):
    """An error that may pass by itself."""

    exit_code = TEMPORARY


@dataclass
class Chosen:
    """The options that come before the command on the command line."""

    data_dir: Path | None = None

    def settings(self, **overrides: object) -> Settings:
        """The settings, with these options and ``overrides``. Raises SettingsError."""
        return load_settings(data_dir=self.data_dir, **overrides)


def prepare_data_directory(settings: Settings) -> None:
    """Makes the data directory, and closes it to other accounts. Raises OperatorError, SettingsError."""
    place = settings.data_dir.absolute()
    if (place / RESTORING).exists():
        raise OperatorError(f"a restore into {place} is not complete: let it end, or run it again.")
    try:
        prepare(place, chosen_account(settings))
    except OSError as error:
        raise OperatorError(
            f"the data directory {place} cannot be used: {error}. Choose another with TELEVENT_DATA_DIR or --data-dir."
        ) from error


@contextlib.contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The connection URL of a database that answers; an embedded server is left at the end of the block.

    Raises OperatorError.
    """
    from televent.adapters.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
    from televent.adapters.postgres.pool import DatabaseUnavailable, await_database

    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        try:
            await_database(url, 10.0)
        except DatabaseUnavailable as error:
            raise OperatorError(f"DATABASE_URL: {error}") from error
        yield url
        return
    prepare_data_directory(settings)
    server = EmbeddedPostgres(binaries=settings.pg_bin)
    try:
        url = server.start(settings.data_dir.absolute())
    except EmbeddedPostgresError as error:
        raise OperatorError(str(error)) from error
    try:
        yield url
    finally:
        server.stop()


def session_url(settings: Settings, url: str) -> str:
    """The URL for whatever needs a session of its own: DATABASE_DIRECT_URL, or else ``url``. Its user refuses a
    pooler. Raises OperatorError where DATABASE_DIRECT_URL leads elsewhere or nowhere."""
    from televent.adapters.postgres.pool import DatabaseUnavailable, await_database
    from televent.adapters.postgres.session import NeedsSession, require_direct

    if settings.database_direct_url is None:
        return url
    direct = settings.database_direct_url.get_secret_value()
    try:
        await_database(direct, 10.0)
        require_direct(direct, url)
    except DatabaseUnavailable as error:
        raise OperatorError(f"DATABASE_DIRECT_URL: {error}") from error
    except NeedsSession as error:
        raise OperatorError(str(error)) from error
    return direct


@contextlib.contextmanager
def migrated_database(settings: Settings) -> Iterator[str]:
    """The connection URL of a database that answers, with every migration applied. Raises OperatorError."""
    from televent.adapters.postgres.schema import migrate
    from televent.adapters.postgres.schema.migration_files import MigrationError

    with database(settings) as url:
        try:
            migrate.up(session_url(settings, url))
        except MigrationError as error:
            raise OperatorError(str(error)) from error
        yield url
