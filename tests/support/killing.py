"""Ending processes the hard way, and only those that belong to one data directory."""

import signal
from pathlib import Path

from support.waiting import wait_until
from televent.adapters.postgres.embedded.account import choose_account
from televent.adapters.postgres.embedded.processes import is_alive, read_pid_file, send, servers_of


def server_processes(home: Path) -> set[int]:
    """The processes of the embedded server on the data directory `home`."""
    cluster = home / "cluster"
    return servers_of(cluster, choose_account(cluster)) if cluster.exists() else set()


def postmaster(home: Path) -> int:
    """The process that the pid file names."""
    pid_file = read_pid_file(home / "cluster")
    assert pid_file is not None
    return pid_file.pid


def kill(*pids: int) -> None:
    """SIGKILL, and wait until they are gone."""
    for pid in pids:
        send(pid, signal.SIGKILL)
    wait_until(lambda: not any(is_alive(pid) for pid in pids), what=f"the processes {pids} are gone")
