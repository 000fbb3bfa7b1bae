"""Reads migration files in dbmate's format: `-- migrate:up` and `-- migrate:down`, each with its SQL below it."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

_FILE = re.compile(r"(\d+)_(\w[\w.-]*)\.sql")
_MARK = re.compile(r"--\s*migrate:(up|down)\b(.*)")


class MigrationError(Exception):
    """A migration file is malformed, was changed after it was applied, or failed; the message names the file."""


@dataclass(frozen=True, slots=True)
class Section:
    """One half of a file: its SQL, the number of the line before it, and whether it runs in a transaction."""

    sql: str
    line: int
    transaction: bool


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: `20261121000001_foundation.sql` has version "20261121000001" and name "foundation"."""

    path: Path
    version: str
    name: str
    up: Section
    down: Section | None

    @property
    def checksum(self) -> str:
        """SHA-256 of the SQL below `-- migrate:up`, in hexadecimal; line endings do not count."""
        return hashlib.sha256(self.up.sql.encode()).hexdigest()


def migrations_folder() -> Path:
    """The folder shipped inside the wheel, else the one beside the source tree."""
    here = Path(__file__).resolve()
    shipped = here.parents[3] / "_migrations"
    return shipped if shipped.is_dir() else here.parents[5] / "migrations"


def read_migrations(folder: Path | None = None) -> list[Migration]:
    """Every migration of the folder, oldest first. Raises MigrationError, which names the malformed file."""
    folder = folder or migrations_folder()
    if not folder.is_dir():
        raise MigrationError(f"{folder}: there is no such folder with migrations")
    found: dict[str, Migration] = {}
    for path in sorted(folder.glob("*.sql")):
        match = _FILE.fullmatch(path.name)
        if match is None:
            raise MigrationError(f"{path.name}: the name of a migration must be NUMBER_name.sql")
        migration = _read(path, match[1], match[2])
        if migration.version in found:
            other = found[migration.version].path.name
            raise MigrationError(f"{path.name}: {other} has the same number")
        found[migration.version] = migration
    return sorted(found.values(), key=lambda each: age(each.version))


def age(version: str) -> tuple[int, str]:
    """The sort key of a version: it orders numbers of any length by their value."""
    digits = version.lstrip("0")
    return len(digits), digits


def _read(path: Path, version: str, name: str) -> Migration:
    try:
        lines = path.read_text("utf-8-sig").split("\n")  # splitlines() would also cut at U+2028.
    except UnicodeDecodeError as error:
        raise MigrationError(f"{path.name}: is not UTF-8: {error.reason} at byte {error.start}") from error
    marks: dict[str, tuple[int, bool]] = {}
    for number, line in enumerate(lines):
        mark = _MARK.match(line)
        if mark is None:
            continue
        options = mark[2].split()
        if mark[1] in marks or (mark[1] == "up" and "down" in marks):
            raise MigrationError(f"{path.name}:{number + 1}: '-- migrate:{mark[1]}' comes twice or in the wrong order")
        if any(option not in ("transaction:false", "transaction:true") for option in options):
            raise MigrationError(f"{path.name}:{number + 1}: the only option known is transaction:false")
        marks[mark[1]] = number, "transaction:false" not in options
    if "up" not in marks:
        raise MigrationError(f"{path.name}: has no '-- migrate:up'")

    def section(which: str, end: int) -> Section:
        number, transaction = marks[which]
        return Section("\n".join(lines[number + 1 : end]).strip("\n") + "\n", number + 1, transaction)

    end = marks["down"][0] if "down" in marks else len(lines)
    down_section = section("down", len(lines)) if "down" in marks else None
    return Migration(path, version, name, section("up", end), down_section)
