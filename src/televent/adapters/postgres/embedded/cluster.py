"""The files of one database cluster: creates them, and reads its password, its version and its identifier."""

import os
import secrets
import shutil
import struct
from hashlib import sha256
from pathlib import Path
from re import fullmatch
from tempfile import mkdtemp

from televent.adapters.postgres.embedded.account import Account
from televent.adapters.postgres.embedded.binaries import Installation
from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError

SUPERUSER = "televent"

# The durability settings are PostgreSQL's defaults; they are written out for the operator. Failing statements and the
# DETAIL of errors quote rows, and so people's calendars: they stay out of the log.
SETTINGS = """
# Televent's own; edit freely, it is written once.
fsync = on
synchronous_commit = on
full_page_writes = on
max_connections = 300
shared_buffers = 256MB
max_wal_size = 2GB
checkpoint_timeout = 15min
wal_compression = on
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_checkpoints = off
log_error_verbosity = terse
log_min_error_statement = panic
"""

# sun_path has 108 bytes on Linux and 104 on macOS, including the final NUL.
MAX_SOCKET_PATH = 103


def written_by(cluster: Path) -> int | None:
    """The major version of PostgreSQL that wrote the cluster; None where there is no cluster yet.

    Raises EmbeddedPostgresError.
    """
    try:
        text = (cluster / "PG_VERSION").read_text("ascii", "replace").strip()
    except FileNotFoundError:
        if cluster.exists() and any(cluster.iterdir()):
            raise EmbeddedPostgresError(f"{cluster} is not empty and is no PostgreSQL data directory") from None
        return None
    except PermissionError as error:
        raise EmbeddedPostgresError(f"{cluster} cannot be read: {error.strerror}") from error
    if not text.isdigit():
        raise EmbeddedPostgresError(f"{cluster} was written by PostgreSQL {text[:20]!r}, which is not known here")
    return int(text)


def system_identifier(cluster: Path) -> int:
    """The number that initdb gave the cluster: the first eight bytes of its control file, in native byte order."""
    with (cluster / "global" / "pg_control").open("rb") as file:
        return int(struct.unpack("=Q", file.read(8))[0])


def password_of(home: Path) -> str:
    """The superuser's password, from the password file in `home`.

    Raises EmbeddedPostgresError when the file is missing.
    """
    file = home / "password"
    try:
        return file.read_text("ascii").strip()
    except OSError as error:
        raise EmbeddedPostgresError(f"the database's password file {file} cannot be read: {error.strerror}") from error


def create(cluster: Path, installation: Installation, account: Account, owner: tuple[int, int] | None) -> None:
    """Run initdb beside `cluster` and rename the result, so that a crash never leaves an incomplete cluster there.

    `owner`: the uid and gid of the password file; None: those of this process. Raises EmbeddedPostgresError.
    """
    home = cluster.parent
    partial = home / "cluster.partial"
    if partial.exists():
        shutil.rmtree(partial)
    password = _write_password(home, owner)
    scratch = Path(mkdtemp(prefix="televent-initdb-"))
    try:
        password_file = scratch / "password"
        password_file.write_text(password + "\n", "ascii")
        for place in (scratch, password_file):
            os.chown(place, account.uid, account.gid)
        account.private_directory(partial)
        with account.naming(partial) as (name, descriptors):
            done = account.run(
                [
                    *(installation.initdb, "--pgdata", name),
                    *("--username", SUPERUSER, "--pwfile", password_file, "--auth", "scram-sha-256"),
                    *("--encoding", "UTF8", "--data-checksums", "--no-instructions", *_locale(installation)),
                ],
                descriptors=descriptors,
            )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if done.returncode != 0:
        shutil.rmtree(partial, ignore_errors=True)
        reason = " | ".join(line.strip() for line in done.stderr.splitlines() if line.strip())
        raise EmbeddedPostgresError(f"initdb could not create the database in {home}: {reason[-600:]}")
    with (partial / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
        file.flush()
        os.fsync(file.fileno())
    if cluster.exists():
        cluster.rmdir()
    partial.rename(cluster)
    _sync_directory(home)


def socket_directory(home: Path, account: Account) -> Path:
    """A directory for the socket that only the account may enter: in `home`, else a short stable name below /tmp."""
    own = home / "socket"
    longest = len(str(own / ".s.PGSQL.5432"))
    # A comma separates directories, for the server and for clients; other special characters would need quoting.
    if longest <= MAX_SOCKET_PATH and fullmatch(r"[\w./+-]+", str(own), 256) and account.reaches(home):
        if not own.exists():
            account.private_directory(own)
        return own
    short = Path("/tmp") / f"televent-{sha256(os.fsencode(home)).hexdigest()[:16]}"
    try:
        account.private_directory(short)
        return short
    except FileExistsError:
        status = short.lstat()
        if short.is_dir() and not short.is_symlink() and status.st_uid == account.uid and not status.st_mode & 0o077:
            return short
    # Another account made that name, so a fresh one is used. Clients read it from the pid file.
    fresh = Path(mkdtemp(prefix="televent-", dir="/tmp"))
    os.chown(fresh, account.uid, account.gid)
    return fresh


def forget_socket(directory: Path, port: int) -> None:
    """Remove the socket of a killed server and the lock beside it.

    The pid in the lock may be that of a zombie that its parent never reaps, and then PostgreSQL would not start. Only
    this cluster uses the directory. Call this only when no server of the cluster is left.
    """
    for name in (f".s.PGSQL.{port}", f".s.PGSQL.{port}.lock"):
        (directory / name).unlink(missing_ok=True)


def _write_password(home: Path, owner: tuple[int, int] | None) -> str:
    password = secrets.token_hex(24)
    descriptor = os.open(home / "password", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        os.fchmod(descriptor, 0o600)
        if owner is not None:
            os.fchown(descriptor, *owner)
        file.write(password + "\n")
        file.flush()
        os.fsync(descriptor)
    return password


def _locale(installation: Installation) -> list[str]:
    """initdb's options for UTF-8 character classes with code-point order: right for Cyrillic, and an upgrade of libc
    cannot change the order of an index."""
    if installation.major >= 17:
        return ["--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    return ["--locale", "C.UTF-8"]


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
