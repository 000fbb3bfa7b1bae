"""Reads the memory of processes on Linux (proc(5))."""

from __future__ import annotations

from bench.quiet import PROC, family
from bench.servers import ServerError

FORGET_PEAK = "5"
"""The value that resets VmHWM (proc_pid_clear_refs(5))."""
MEGABYTE = 1024 * 1024
"""Bytes."""


def service(root: int, name: str) -> int:
    """The process id of a service; ``root`` is the process of ``televent up``. Raises ServerError."""
    for process in family(root):
        try:
            words = (PROC / str(process) / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[1:4] == [b"-m", b"televent", name.encode()]:
            return process
    raise ServerError(f"there is no process {name!r} below {root}")


def resident(process: int) -> int:
    """Bytes of resident memory now."""
    return kilobytes((PROC / str(process) / "status").read_text(), "VmRSS") * 1024


def peak(process: int) -> int:
    """Max bytes of resident memory since ``forget_peak``."""
    return kilobytes((PROC / str(process) / "status").read_text(), "VmHWM") * 1024


def forget_peak(process: int) -> None:
    """Resets ``peak`` to the current memory."""
    (PROC / str(process) / "clear_refs").write_text(FORGET_PEAK)


def kilobytes(status: str, name: str) -> int:
    """A value of /proc/PID/status, in kilobytes. Raises ValueError where it is missing."""
    for line in status.splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0])
    raise ValueError(f"the process status has no {name}")
