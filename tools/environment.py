"""Makes the virtual environment of ``make run`` and ``make test``, and says what it is doing.

Only the standard library is there when it runs. Usage: environment.py PLACE run|develop
"""

from __future__ import annotations

import contextlib
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
MEGABYTE: Final = 1_000_000
DISK: Final = {"run": 320, "develop": 480}
"""Megabytes that the environment takes on disk, by purpose."""
STAMPS: Final = {"run": (".ready-run",), "develop": (".ready-run", ".ready")}
"""Files in the environment that tell make what it is ready for."""
QUIET: Final = 5.0
"""Seconds without a line, after which one says that pip or uv still work."""
WIDTH: Final = 100
"""Max characters of a line of pip or uv that is shown."""
WHAT: Final = {"run": "what Televent needs to run", "develop": "what running and testing need"}

_TOLD: Final = re.compile(r"\s*(?:(?:Downloading|Building|Built|Prepared|Installed|Bytecode)\b|WARNING: Retrying)")
"""How lines of pip and uv begin that are shown where no progress bar can be drawn."""
_CERTIFICATE: Final = re.compile(r"certificate|UnknownIssuer|SSLError", re.IGNORECASE)
_MEANINGS: Final = (
    (re.compile(r"No space left|quota exceeded|os error 28", re.IGNORECASE), "the disk is full"),
    (re.compile(r"Read-only file system|Permission denied|os error (?:13|30)"), "a file cannot be written"),
    (_CERTIFICATE, "the index has a certificate that is not trusted here; SSL_CERT_FILE can name a file of others"),
    (
        re.compile(
            r"dns error|resolution|not known|refused|unreachable|timed out|timeout|sending request|tunnel"
            r"|Failed to fetch|No matching distribution|Max retries",
            re.IGNORECASE,
        ),
        "the package index does not answer. Is there a network? HTTPS_PROXY can name a proxy",
    ),
)
"""Meanings of the words of pip and uv, the surest first."""


class SetupError(Exception):
    """The environment cannot be made. The message says why, and what helps."""


class Progress:
    """Prints lines with the seconds since the start."""

    def __init__(self) -> None:
        self._started = self._told = time.monotonic()

    def tell(self, line: str) -> None:
        """Prints one line at once, also into a pipe."""
        self._told = time.monotonic()
        print(f"{self._told - self._started:5.0f} s  {line}", flush=True)

    def wait(self) -> None:
        """Prints that the work goes on, where nothing was told for long."""
        if time.monotonic() - self._told >= QUIET:
            self.tell("  … still working")


def set_up(place: Path, purpose: str, progress: Progress) -> None:
    """Makes the environment, or adds to it what the purpose needs. Raises SetupError."""
    room = DISK[purpose] - (DISK["run"] if (place / STAMPS["run"][0]).exists() else 0)
    check_place(place, room * MEGABYTE)
    environment = surroundings(place)
    python, uv = place / "bin" / "python", place / "bin" / "uv"
    # An upgrade of the system may have taken the Python away that the environment links to.
    if not (python.exists() and uv.exists()):
        print(f"Setting up Televent in {place}. This happens once and takes some {room} MB.", flush=True)
        make_venv(place, progress)
        progress.tell("Fetching uv, which installs the rest")
        pip: list[str | Path] = [python, "-m", "pip", "install", "--disable-pip-version-check", "uv"]
        code, words = run(pip, environment, progress)
        if code != 0:
            raise SetupError(f"uv could not be installed: {meaning(words)}")
    progress.tell(f"Fetching and installing {WHAT[purpose]}")
    sync: list[str | Path] = [uv, "sync", "--frozen", "--inexact", "--compile-bytecode"]
    if purpose == "run":
        sync.append("--no-dev")
    bars = sys.stderr.isatty()
    code, words = run(sync, environment, progress, bars=bars)
    if code != 0 and (bars or _CERTIFICATE.search(words)):
        # Behind a company's proxy only the system's certificates work; on a bare machine only the bundled ones exist.
        progress.tell("Trying again with the certificates of this system")
        code, words = run([*sync, "--system-certs"], environment, progress)
    if code != 0:
        raise SetupError(f"the libraries could not be installed: {meaning(words)}")
    for name in STAMPS[purpose]:
        (place / name).touch()
    progress.tell(f"Ready: {size_of(place) // MEGABYTE} MB in {place}")


def check_place(place: Path, room: int) -> None:
    """Raises SetupError where this user cannot write to the environment, or its disk has less than ``room`` bytes."""
    standing = _standing(place)
    if not os.access(standing, os.W_OK | os.X_OK):
        elsewhere = own_directory()
        raise SetupError(
            f"{place} cannot be written: {standing} is read-only for you. Clone Televent into a folder of your own, or "
            "put its environment and its data elsewhere:\n"
            f"  make run TELEVENT_VENV={elsewhere / 'venv'} TELEVENT_DATA_DIR={elsewhere / 'data'}"
        )
    free = shutil.disk_usage(standing).free
    if free < room:
        raise SetupError(
            f"{place} takes some {room // MEGABYTE} MB, and the disk of {standing} has {free // MEGABYTE} MB left. "
            "Make room, or put it on another disk with TELEVENT_VENV=/other/disk/venv."
        )


def _standing(place: Path) -> Path:
    """The place itself, or the nearest folder above it that is there. A place that may not be entered counts as none,
    as Path.exists does not count it before Python 3.12."""
    return next(each for each in (place.absolute(), *place.absolute().parents) if os.path.exists(each))


def own_directory() -> Path:
    """A directory for Televent that this user can make: in their home, else where files outlive a restart."""
    home = Path.home()
    if os.access(home, os.W_OK | os.X_OK):
        return home / ".televent"
    return Path("/var/tmp") / f"televent-{os.getuid()}"


def surroundings(place: Path) -> dict[str, str]:
    """The environment of pip and uv. Their cache is left out where this user has no home to keep it in."""
    found = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(place.absolute()), "UV_PYTHON_DOWNLOADS": "never"}
    cache = Path(found.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    if not os.access(_standing(cache), os.W_OK | os.X_OK):
        found.setdefault("UV_NO_CACHE", "1")
        found.setdefault("PIP_NO_CACHE_DIR", "1")
    return found


def make_venv(place: Path, progress: Progress) -> None:
    """Makes a virtual environment with pip. Raises SetupError."""
    version = ".".join(map(str, sys.version_info[:3]))
    if find_spec("ensurepip") is None:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise SetupError(
            f"{sys.executable} ({version}) cannot make a virtual environment, because its module ensurepip is not "
            f"installed. On Debian and Ubuntu: sudo apt install {package}. Or name another Python: "
            "make run PYTHON=/path/to/python3"
        )
    progress.tell(f"Making a virtual environment with Python {version}")
    code, words = run([sys.executable, "-m", "venv", place], dict(os.environ), progress)
    if code != 0:
        raise SetupError(f"python -m venv failed: {meaning(words)}")


def run(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    progress: Progress,
    *,
    bars: bool = False,
    stdin: int = subprocess.DEVNULL,
) -> tuple[int, str]:
    """Runs a program to its end and shows what it is doing. Returns its exit code and its words.

    ``bars``: it draws on the terminal itself, and its words are not known.
    """
    if bars:
        return subprocess.run(command, env=environment, stdin=stdin, check=False).returncode, ""
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert process.stdout is not None
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    words: list[str] = []
    while True:
        with contextlib.suppress(queue.Empty):
            line = lines.get(timeout=QUIET / 10)
            if line is None:
                return process.wait(), "".join(words)
            words.append(line)
            if _TOLD.match(line):
                progress.tell(f"  {line.strip()[:WIDTH]}")
        progress.wait()


def _read(source: Iterable[str], lines: queue.SimpleQueue[str | None]) -> None:
    for line in source:
        lines.put(line)
    lines.put(None)


def meaning(words: str) -> str:
    """A sentence about why pip or uv failed, with the last of its own words."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("error", "cause"))] or lines
    last = "\n".join(f"    {line[: 2 * WIDTH]}" for line in errors[-3:])
    sentence = next((sentence for pattern, sentence in _MEANINGS if pattern.search(words)), "this was said last")
    return f"{sentence}.\n{last}"


def size_of(place: Path) -> int:
    """Bytes of all files in a directory."""
    return sum(Path(folder, name).lstat().st_blocks * 512 for folder, _, names in os.walk(place) for name in names)


def main(place: str, purpose: str) -> int:
    """Returns the exit code for make."""
    progress = Progress()
    try:
        os.chdir(ROOT)
        set_up(Path(place), purpose, progress)
    except SetupError as error:
        print(f"televent: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
