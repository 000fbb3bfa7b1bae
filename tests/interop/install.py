"""``make setup-interop``: installs the foreign suites below ``.interop/``. A second run adds missing parts only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from interop.by_mail import evolution
from interop.places import HOME, SOURCES, python

CALDAV, TESTER, VDIRSYNCER, TSDAV = "3.6.0", "1.7.0", "0.21.0", "2.3.4"
ENVIRONMENTS = {
    "caldav": (
        f"caldav=={CALDAV}",
        f"caldav-server-tester=={TESTER}",
        *(
            "pytest",
            "pytest-asyncio",
            "pytest-timeout",
            "tzlocal",
            "vobject",
            "proxy.py",
            "httpx",
            "pyfakefs",
            "manuel",
        ),
    ),
    "vdirsyncer": (
        f"vdirsyncer=={VDIRSYNCER}",
        *("hypothesis<7", "pytest", "pytest-asyncio", "pytest-cov", "pytest-httpserver", "aioresponses", "trustme"),
    ),
    "clients": (f"caldav=={CALDAV}", "khal", "calendar-cli", "plann"),
}
SDISTS = {f"caldav-{CALDAV}": f"caldav=={CALDAV}", f"vdirsyncer-{VDIRSYNCER}": f"vdirsyncer=={VDIRSYNCER}"}
"""Both ship their tests in the source distribution only."""
KDE = ("libkf5dav-dev", "libkf5coreaddons-dev", "libkf5kio-dev", "kio", "extra-cmake-modules", "cmake", "g++", "dbus")
DEBIAN = {
    "thunderbird": "thunderbird",
    "calcurse-caldav": "calcurse",
    "pgbouncer": "pgbouncer",
    "nginx": "nginx-light",
    "postfix": "postfix",
    "opendkim": "opendkim",
    "dovecot": "dovecot-imapd",
}
"""Programs and their packages. Televent's tests start the servers themselves, with configurations of their own."""
EVOLUTION = ("evolution-data-server", "gir1.2-ecal-2.0", "gir1.2-camel-1.2", "python3-gi", "dbus")


class SetupError(Exception):
    """A program that every suite needs cannot be installed; the message names it and the reason."""


def setup() -> list[str]:
    """Installs missing parts. Returns a sentence for each that cannot be installed here. Raises SetupError."""
    HOME.mkdir(exist_ok=True)
    for name, wanted in ENVIRONMENTS.items():
        _environment(name, wanted)
    for folder, wanted_sdist in SDISTS.items():
        _sources(folder, wanted_sdist)
    return [each for each in (_javascript(), _debian(), _kde()) if each]


def _environment(name: str, wanted: tuple[str, ...]) -> None:
    mark = HOME / name / ".installed"
    if mark.exists() and mark.read_text() == "\n".join(wanted):
        return
    print(f"installing {', '.join(wanted[:2])} … (.interop/{name})", flush=True)
    shutil.rmtree(HOME / name, ignore_errors=True)
    _must([sys.executable, "-m", "venv", HOME / name])
    _must([python(name), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted])
    mark.write_text("\n".join(wanted))


def _sources(folder: str, wanted: str) -> None:
    if (SOURCES / folder / "tests").is_dir():
        return
    print(f"fetching the tests of {wanted} …", flush=True)
    package, downloads = wanted.partition("==")[0], HOME / "downloads"
    options: list[str | Path] = [
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-binary",
        package,
        "--dest",
        downloads,
    ]
    _must([python("caldav"), "-m", "pip", "download", *options, wanted])
    with tarfile.open(downloads / f"{folder}.tar.gz") as archive:
        archive.extractall(SOURCES, filter="data")


def _javascript() -> str:
    if (HOME / "js" / "node_modules" / "tsdav").is_dir():
        return ""
    if not shutil.which("node") or not shutil.which("npm"):
        return "tsdav needs node and npm, which are not here"
    print(f"installing tsdav {TSDAV} … (.interop/js)", flush=True)
    (HOME / "js").mkdir(exist_ok=True)
    done = _try(["npm", "install", "--silent", "--no-fund", "--no-audit", f"tsdav@{TSDAV}"], HOME / "js")
    return f"tsdav could not be installed: {done}" if done else ""


def _debian() -> str:
    missing = [package for program, package in DEBIAN.items() if not shutil.which(program)]
    if evolution.absent():
        missing += EVOLUTION
    if not missing:
        return ""
    names = " and ".join(missing)
    if not shutil.which("apt-get"):
        return f"{names}: install by hand, there is no apt-get here"
    if os.geteuid() != 0:
        return f"{names}: run as root `apt-get install {' '.join(missing)} python3-httplib2`"
    print(f"installing {names} … (apt-get)", flush=True)
    _try(["apt-get", "update", "-q"], HOME)
    done = _try(["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing, "python3-httplib2"], HOME)
    return f"{names}: apt-get could not install them: {done}" if done else ""


def _kde() -> str:
    """Builds the program that sets calendars up as KDE does; KDE's library can be driven from C++ only."""
    if (HOME / "kde" / "kde_setup").exists():
        return ""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return f"KDE's library: install as root {' '.join(KDE)}, then make setup-interop again"
    print("installing KDE's library … (apt-get)", flush=True)
    _try(["apt-get", "update", "-q"], HOME)
    source, built = Path(__file__).with_name("kde"), HOME / "kde"
    for command in (
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *KDE],
        ["cmake", "-S", str(source), "-B", str(built)],
        ["cmake", "--build", str(built)],
    ):
        if done := _try(command, HOME):
            return f"KDE's library: {done}"
    return ""


def _try(command: list[str], cwd: Path) -> str:
    """The end of a failed program's output; "" where it did not fail."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    return ((done.stderr or done.stdout).strip()[-300:] or f"exit code {done.returncode}") if done.returncode else ""


def _must(command: list[str | Path]) -> None:
    if said := _try([str(each) for each in command], HOME):
        raise SetupError(f"{' '.join(str(each) for each in command[:4])} …: {said}")


def main() -> int:
    """The command. Returns the exit code: 0 also where only some client cannot be installed here."""
    try:
        absent = setup()
    except SetupError as error:
        print(f"setup-interop: {error}", file=sys.stderr)
        return 1
    for each in absent:
        print(f"not here: {each}; `make interop` leaves out what needs it")
    print("ready: make interop")
    return 0
