"""Finds and kills a server and the programs that use it: only processes of one data directory."""

import signal
import subprocess
import sys
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


def start_writing(home: Path, first: int = 0) -> subprocess.Popen[str]:
    """A process that starts a server on `home` and prints each number from `first` on once it is committed."""
    program = Path(__file__).with_name("writing_program.py")
    return subprocess.Popen([sys.executable, str(program), str(home), str(first)], stdout=subprocess.PIPE, text=True)
