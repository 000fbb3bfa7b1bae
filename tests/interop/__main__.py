"""``make interop``: whole foreign suites and real clients against a fresh Televent with its default limits."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from interop import (
    document,
    install,
    kde_setup,
    mail_servers,
    nginx,
    pgbouncer,
    python_caldav,
    real_clients,
    replays,
    server,
    server_tester,
    vdirsyncer_tests,
)
from interop.by_mail import suite as by_mail
from interop.places import LOGS, ROOT
from interop.result import Result

DOCUMENT = ROOT / "docs" / "reference" / "interop.md"
SUITES: dict[str, Callable[[server.Site], list[Result]]] = {
    "python-caldav": python_caldav.suite,
    "server-tester": server_tester.suite,
    "vdirsyncer": vdirsyncer_tests.suite,
    "replays": replays.suite,
    "thunderbird": real_clients.thunderbird,
    "thunderbird-import": real_clients.thunderbird_import,
    "kde": kde_setup.suite,
    "vdirsyncer-khal": real_clients.vdirsyncer,
    "pycaldav": real_clients.pycaldav,
    "calcurse": real_clients.calcurse,
    "tsdav": real_clients.tsdav,
    "pgbouncer": pgbouncer.suite,
    "nginx": nginx.suite,
    "mail-servers": mail_servers.suite,
    "thunderbird-by-mail": by_mail.thunderbird_by_mail,
    "evolution-by-mail": by_mail.evolution_by_mail,
}


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make interop ARGS=…", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(SUITES), help="this suite; may be given more than once")
    parser.add_argument("--setup", action="store_true", help="only install what the suites need")
    parser.add_argument("--write", action="store_true", help="write the table even of a partial run")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code: 1 where a suite passed fewer tests than required."""
    options = arguments(given)
    if options.setup:
        return install.main()
    if code := install.main():
        return code
    results: list[Result] = []
    started = time.monotonic()
    with server.running() as site:
        print(f"Televent runs on {site.url}", flush=True)
        for name, suite in SUITES.items():
            if options.only and name not in options.only:
                continue
            print(f"{name} …", flush=True)
            results += suite(site)
            print(document.table(results[-1:]).splitlines()[-1], flush=True)
    text = "\n\n".join([document.table(results), _when(started), document.remarks(results)])
    print(f"\n{text}\n\nlogs: {LOGS}")
    if options.write or not options.only:
        document.write(DOCUMENT, text)
    return int(not all(each.met for each in results))


def _when(started: float) -> str:
    return f"Run {datetime.now(UTC):%Y-%m-%d}, in {(time.monotonic() - started) / 60:.1f} minutes."


if __name__ == "__main__":
    sys.exit(main())
