"""KDE's library KDAV, which Akonadi uses, finds the calendar from every form of the URL."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from interop.places import HOME, run
from interop.result import Result, of_driver, skipped
from interop.server import Site

NAME = "KDE, set-up with every form of the URL"
BUILT = HOME / "kde"
TIMES = 5
"""How often each form is tried: KIO's first two requests for a URL without a path race each other."""
SESSION = '"$@"; ended=$?; for each in kiod5 kwalletd5; do pkill -s 0 -x $each; done; exit $ended'
"""Ends the services that KIO started in this session; they would outlive it."""


def suite(site: Site) -> list[Result]:
    """Runs the program, which is built by make setup-interop."""
    program = BUILT / "kde_setup"
    if not program.exists() or not shutil.which("dbus-run-session"):
        return [skipped(NAME, "KDE's library is not installed: make setup-interop, as root on Debian")]
    (person,) = site.people(1)
    user, home = str(person.telegram_id), person.home
    forms = ["", "/", "/caldav", "/caldav/", "/principals/", f"/caldav/{user}", f"/caldav/{user}/"]
    forms += [home, home.removesuffix("/"), f"{home}default", f"{home}default/"]
    urls = [site.url.removesuffix("/") + form for form in forms * TIMES]
    with tempfile.TemporaryDirectory(prefix="televent-kde-") as folder:
        os.chmod(folder, 0o700)
        config = Path(folder, ".config")
        config.mkdir()
        (config / "kwalletrc").write_text("[Wallet]\nEnabled=false\n")
        session = ["dbus-run-session", "--", "sh", "-c", SESSION, "sh", "timeout", "300"]
        said = run(
            [*session, program, user, person.password, f"{home}default/", *urls],
            "kde.log",
            environment={"HOME": folder, "XDG_RUNTIME_DIR": folder, "QT_QPA_PLATFORM": "offscreen"},
            patience=330,
        )
    return [of_driver(NAME, said)]
