"""Which running processes serve a cluster: the pid file is a hint that outlives them, so it is never believed alone."""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from televent.adapters.postgres.embedded.account import Account
from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError

# As the server's own account, because root in a container may lack CAP_SYS_PTRACE and then cannot look
# into /proc/PID/cwd of others; `.` is the cluster, so its path need not be enterable. Zombies have no cwd.
_LIST = 'for p in /proc/[0-9]*; do [ "$p/cwd" -ef . ] && echo "${p#/proc/}"; done 2>/dev/null; true'


@dataclass(frozen=True, slots=True)
class PidFile:
    """postmaster.pid: process, port, and directory of the socket ("" while the server has not written it yet)."""

    pid: int
    port: int
    socket_directory: str


def read_pid_file(cluster: Path) -> PidFile | None:
    """What postmaster.pid says, or None where there is none or it is cut short."""
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
    """The living PostgreSQL processes, postmaster and backends, whose working directory is `cluster`.

    Elsewhere than on Linux only what the pid file names, if it lives.
    """
    if not sys.platform.startswith("linux"):
        pid_file = read_pid_file(cluster)
        return {pid_file.pid} if pid_file and is_alive(pid_file.pid) else set()
    listed = account.run(["/bin/sh", "-c", _LIST], cwd=cluster).stdout.split()
    return {int(pid) for pid in listed if _program(int(pid)) == "postgres"}


def is_alive(pid: int) -> bool:
    """Whether the process exists and is more than a zombie waiting for its parent."""
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace") if sys.platform == "linux" else ""
    except PermissionError:
        return True
    except OSError:
        return False
    return not status.rpartition(")")[2].startswith(" Z")


def disown_pid_file(cluster: Path) -> None:
    """Make a pid file that was left behind one that a server started by this process takes for stale.

    PostgreSQL refuses to start while any process has the number in it, be it another program's by now or a
    zombie that nobody reaps; but its parent's number it knows to be nobody else's. The file is kept, because
    it also names the shared memory that PostgreSQL then looks for and clears up. A file cut short is removed.
    To be called only when `servers_of` is empty and the start lock is held.
    """
    file = cluster / "postmaster.pid"
    if read_pid_file(cluster) is None:
        file.unlink(missing_ok=True)
        return
    rest = file.read_text("utf-8", "replace").partition("\n")[2]
    file.write_text(f"{os.getpid()}\n{rest}", "utf-8")


def await_orphans(cluster: Path, account: Account, *, patience: float) -> None:
    """Wait until the backends of a killed postmaster are gone; after `patience` seconds tell them to quit.

    SIGQUIT is what their postmaster would have sent (immediate shutdown; recovery replays the log), and
    a new server beside a living backend would corrupt the cluster.
    """
    if _poll(lambda: not servers_of(cluster, account), patience):
        return
    for quitting in (signal.SIGQUIT, signal.SIGKILL):
        for pid in servers_of(cluster, account):
            send(pid, quitting)
        if _poll(lambda: not servers_of(cluster, account), 10):
            return
    left = ", ".join(map(str, sorted(servers_of(cluster, account))))
    raise EmbeddedPostgresError(f"processes {left} of an earlier server still hold {cluster} and do not end")


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may just have ended."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def await_end(pid: int, timeout: float) -> bool:
    """Whether the process ended within `timeout` seconds."""
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
