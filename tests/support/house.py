"""A Televent on an embedded PostgreSQL of its own, as one machine has it, and the operator's commands on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from support.dav import Site, open_site
from televent.adapters.postgres.embedded import EmbeddedPostgres
from televent.adapters.postgres.schema import migrate
from televent.cli import cli
from televent.runtime.backups.backup_place import Place, place_of
from televent.runtime.backups.wal_archive import archive


@dataclass
class House:
    """The places of one machine: its data directory, and the directory of its backups."""

    data: Path
    backups: Path
    site: Site | None = None

    @contextmanager
    def open(self, **options: str) -> Iterator[Site]:
        """The server over CalDAV for the block; the database ends with it. ``options``: settings of PostgreSQL."""
        with EmbeddedPostgres(revive=False, options=options) as server:
            url = server.start(self.data)
            migrate.up(url)
            keys = str(self.data / "person-keys")
            with open_site(url, None, TELEVENT_PERSON_KEYS=keys, **self.variables) as site:
                self.site = site
                yield site
                self.site = None

    @property
    def variables(self) -> dict[str, str]:
        return {"TELEVENT_DATA_DIR": str(self.data), "TELEVENT_BACKUP_DIR": str(self.backups)}

    def run(self, *words: str, **variables: str) -> Result:
        """A command, as the operator gives it."""
        return CliRunner().invoke(cli, list(words), env={"DATABASE_URL": None, **self.variables, **variables})

    def done(self, *words: str, **variables: str) -> Any:
        """The JSON that a command prints, which must succeed."""
        result = self.run(*words, "--json", **variables)
        assert result.exit_code == 0, (result.output, result.exception)
        return self.printed(result)

    @staticmethod
    def printed(result: Result) -> Any:
        """The JSON in the output of a command."""
        # Here logs and output share a stream.
        lines = result.stdout.splitlines()
        start = next(number for number, line in enumerate(lines) if line in ("{", "[", "[]"))
        return json.loads("\n".join(lines[start:]))

    @property
    def place(self) -> Place:
        """The directory of backups and its keys, as the worker has them."""
        assert self.site is not None
        return place_of(self.site.core.settings, self.backups)

    def archive(self) -> int:
        """Archives WAL, as the worker does every quarter of a minute."""
        assert self.site is not None
        return archive(self.site.core, self.place)

    def restored(self, data: Path, *words: str, backup: str = "latest") -> tuple[House, dict[str, Any]]:
        """A house on a new data directory, and the report of the restore."""
        report = self.done("restore", backup, "--data-dir", str(data), *words)
        return House(data, data.with_name(f"{data.name}.backups")), report
