"""Finds the running processes of a cluster. The pid file alone proves nothing: it stays when they are killed."""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from televent.adapters.postgres.embedded.account import Account
from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError

# This runs as the server's own account, because root in a container may lack CAP_SYS_PTRACE and then cannot read
# /proc/PID/cwd of others. `.` is the cluster, so that the account need not enter its path. Zombies have no cwd.
_LIST = 'for p in /proc/[0-9]*; do [ "$p/cwd" -ef . ] && echo "${p#/proc/}"; done 2>/dev/null; true'


@dataclass(frozen=True, slots=True)
class PidFile:
    """postmaster.pid: process, port, and directory of the socket ("" while the server has not written it yet)."""

    pid: int
    port: int
    socket_directory: str


def read_pid_file(cluster: Path) -> PidFile | None:
    """The contents of postmaster.pid; None where there is none or it is incomplete."""
    try:
        lines = (cluster / "postmaster.pid").read_text("utf-8", "replace").splitlines()
        return PidFile(
            abs(int(lines[0])),
            int(lines[3]) if len(lines) > 3 else 0,
            lines[4].strip() if len(lines) > 4 else "",
        )
    except (FileNotFoundError, ValueError, IndexError):
        return None


def servers_of(cluster: Path, account: Account) -> set[int]:
    """The live PostgreSQL processes, postmaster and backends, whose working directory is `cluster`.

    Outside Linux: only the process that the pid file names, if it is alive.
    """
    if not sys.platform.startswith("linux"):
        pid_file = read_pid_file(cluster)
        return {pid_file.pid} if pid_file and is_alive(pid_file.pid) else set()
    listed = account.run(["/bin/sh", "-c", _LIST], cwd=cluster).stdout.split()
    return {int(pid) for pid in listed if _program(int(pid)) == "postgres"}


def is_alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace") if sys.platform == "linux" else ""
    except PermissionError:
        return True
    except OSError:
        return False
    return not status.rpartition(")")[2].startswith(" Z")


def disown_pid_file(cluster: Path) -> None:
    """Write this process's pid into the pid file of a killed server, so that the next server can start.

    PostgreSQL refuses to start while any process has the pid in the file, even another program that got it since, or a
    zombie. It ignores the pid of its parent, which is this process. The file is kept, because it also names the shared
    memory that PostgreSQL then removes. An incomplete file is deleted.
    Call this only when `servers_of` is empty and the start lock is held.
    """
    file = cluster / "postmaster.pid"
    if read_pid_file(cluster) is None:
        file.unlink(missing_ok=True)
        return
    rest = file.read_text("utf-8", "replace").partition("\n")[2]
    file.write_text(f"{os.getpid()}\n{rest}", "utf-8")


def await_orphans(cluster: Path, account: Account, *, timeout: float) -> None:
    """Wait until the backends of a killed postmaster have ended; after `timeout` seconds send them SIGQUIT.

    A new server beside a live backend would corrupt the cluster. SIGQUIT is the postmaster's own signal for an
    immediate shutdown; the next start recovers from the log. Raises EmbeddedPostgresError where they do not end.
    """
    if _poll(lambda: not servers_of(cluster, account), timeout):
        return
    for quitting in (signal.SIGQUIT, signal.SIGKILL):
        for pid in servers_of(cluster, account):
            send(pid, quitting)
        if _poll(lambda: not servers_of(cluster, account), 10):
            return
    left = ", ".join(map(str, sorted(servers_of(cluster, account))))
    raise EmbeddedPostgresError(f"processes {left} of an earlier server still hold {cluster} and do not end")


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process; does nothing where it has ended."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def await_end(pid: int, timeout: float) -> bool:
    """Wait for the end of a process. Returns whether it ended within `timeout` seconds."""
    return _poll(lambda: not is_alive(pid), timeout)


def _program(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _poll(condition: Callable[[], bool], timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
