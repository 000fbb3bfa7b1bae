"""Where the foreign suites stand, and how their programs are run."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".interop"
SOURCES = HOME / "src"
LOGS = HOME / "logs"
CLIENTS = ROOT.parent / "shared" / "clients"
"""Drivers and replays that some workplaces have beside the repository; they are used from there."""


def python(environment: str) -> Path:
    """The interpreter of one of the environments below ``.interop``."""
    return HOME / environment / "bin" / "python"


def run(
    command: Sequence[str | Path],
    log: str,
    *,
    cwd: Path = HOME,
    environment: Mapping[str, str] | None = None,
    patience: float = 1200.0,
) -> str:
    """What a program printed, also kept as ``.interop/logs/LOG``. One that takes longer than ``patience`` seconds is
    stopped with all that it started; what it said until then counts."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / log
    # The interpreter that runs this must not lend its packages to the suites, nor they leave anything beside theirs.
    clean = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    with path.open("wb") as out:
        process = subprocess.Popen(
            [str(each) for each in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env={**clean, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
            start_new_session=True,
        )
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            out.write(f"\nstopped after {patience:.0f} s\n".encode())
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    return path.read_text("utf-8", "replace")
