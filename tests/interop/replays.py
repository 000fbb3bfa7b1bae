"""Replayed requests of iOS, macOS, DAVx5 and feed subscribers; each replay asserts the needs of that client."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from interop.places import CLIENTS, python, run
from interop.real_clients import no_drivers
from interop.result import Result, of_driver
from interop.server import Site

REPLAYS = CLIENTS / "replay" / "dev"


def suite(site: Site) -> list[Result]:
    """Runs all replays that exist, each with its own person."""
    found = sorted(REPLAYS.glob("*.py"))
    if not found:
        return [no_drivers("replays of iOS, macOS, DAVx5, feeds")]
    results = []
    for path in found:
        (person,) = site.people(1)
        where = [site.url, person.address, person.password]
        if path.stem.startswith("ics_feed"):
            login = f"{quote(person.address, safe='')}:{quote(person.password, safe='')}"
            where = [f"http://{login}@{urlsplit(site.url).netloc}{person.home}default/"]
        said = run([python("clients"), path, *where], f"{path.stem}.log", patience=300)
        results.append(of_driver(f"replay: {path.stem.replace('_', ' ')}", said))
    return results
