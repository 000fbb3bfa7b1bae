"""Real programs, run automatically: each signs in, syncs both ways, edits, and (some) invites and answers."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from interop.places import CLIENTS, HOME, python, run
from interop.result import Result, of_driver, skipped
from interop.server import Person, Site

DRIVERS = CLIENTS / "drivers"


def thunderbird(site: Site) -> list[Result]:
    """Debian's Thunderbird, headless, with an attendee on the same server."""
    name = "Thunderbird, headless"
    if not shutil.which("thunderbird"):
        return [skipped(name, "thunderbird is not installed: make setup-interop, as root on Debian")]
    return _drive(name, "thunderbird_driver.py", site, two=True)


def thunderbird_import(site: Site) -> list[Result]:
    """Debian's Thunderbird, which imports 500 events at once."""
    name = "Thunderbird, import of 500 events"
    if not shutil.which("thunderbird"):
        return [skipped(name, "thunderbird is not installed: make setup-interop, as root on Debian")]
    if not DRIVERS.is_dir():
        return [no_drivers(name)]
    (person,) = site.people(1)
    driver = Path(__file__).with_name("thunderbird_import.py")
    command: list[str | Path] = [shutil.which("python3") or python("clients"), driver]
    command += [site.url, str(person.telegram_id), person.password, DRIVERS]
    return [of_driver(name, run(command, "thunderbird_import.log", patience=600))]


def vdirsyncer(site: Site) -> list[Result]:
    """vdirsyncer with khal."""
    programs = {"VDIRSYNCER": str(HOME / "vdirsyncer/bin/vdirsyncer"), "KHAL": str(HOME / "clients/bin/khal")}
    return _drive("vdirsyncer and khal", "vdirsyncer_khal_driver.py", site, environment=programs)


def pycaldav(site: Site) -> list[Result]:
    """python-caldav, and the command line clients calendar-cli and plann."""
    return _drive("python-caldav, calendar-cli, plann", "pycaldav_driver.py", site, two=True, interpreter="clients")


def calcurse(site: Site) -> list[Result]:
    """calcurse-caldav; it does no discovery."""
    name = "calcurse"
    if not shutil.which("calcurse-caldav"):
        return [skipped(name, "calcurse is not installed: make setup-interop, as root on Debian")]
    return _drive(name, "calcurse_driver.py", site, calendar=True)


def tsdav(site: Site) -> list[Result]:
    """tsdav, the library of Cal.com and others."""
    name, node = "tsdav", shutil.which("node")
    if node is None or not (HOME / "js" / "node_modules" / "tsdav").is_dir():
        return [skipped(name, "tsdav is not installed: make setup-interop, with node and npm")]
    if not DRIVERS.is_dir():
        return [no_drivers(name)]
    (person,) = site.people(1)
    command: list[str | Path] = [node, DRIVERS / "tsdav_driver.mjs", site.url, person.address, person.password]
    said = run(command, "tsdav.log", environment={"TSDAV_DIR": str(HOME / "js")}, patience=300)
    return [of_driver(name, said)]


def no_drivers(name: str) -> Result:
    """The result on a machine without the drivers beside the repository."""
    return skipped(name, f"its driver is not here: {DRIVERS.parent} is missing")


def _drive(
    name: str,
    driver: str,
    site: Site,
    *,
    two: bool = False,
    calendar: bool = False,
    interpreter: str = "",
    environment: Mapping[str, str] | None = None,
) -> list[Result]:
    if not DRIVERS.is_dir():
        return [no_drivers(name)]
    people: Sequence[Person] = site.people(2 if two else 1)
    person = people[0]
    program = python(interpreter) if interpreter else Path(shutil.which("python3") or python("clients"))
    command: list[str | Path] = [program, DRIVERS / driver, site.url, str(person.telegram_id), person.password]
    command += ["--email", person.address]
    if two:
        command += ["--attendee", f"{people[1].telegram_id}:{people[1].password}:{people[1].address}"]
    if calendar:
        command += ["--calendar", f"{person.home}default/"]
    return [of_driver(name, run(command, f"{driver.partition('.')[0]}.log", environment=environment, patience=600))]
