"""The directories of the foreign suites, and a function that runs their programs."""

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
"""Directory with drivers and replays, which may exist beside the repository."""


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
    """The output of a program, also kept as ``.interop/logs/LOG``. After ``patience`` seconds the program is stopped
    with all its children; its output until then counts."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / log
    # The suites must not use this interpreter's packages, and must not write files beside their own.
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
