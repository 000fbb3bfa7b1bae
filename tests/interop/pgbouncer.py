"""Televent behind a real pgbouncer in transaction mode: the tests of tests/integration/processes/test_pgbouncer.py."""

from __future__ import annotations

import subprocess
import sys

from interop.places import LOGS, ROOT, run
from interop.result import Result, of_junit, skipped
from interop.server import Site
from support.pgbouncer import ABSENT, program

WANTED = 10


def suite(site: Site) -> list[Result]:
    """Runs the tests. They start servers of their own: the pooler must be between Televent and its database."""
    command = program()
    if command is None:
        return [skipped("pgbouncer, transaction mode", ABSENT)]
    version = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    report = LOGS / "pgbouncer.xml"
    report.unlink(missing_ok=True)
    tests = "tests/integration/processes/test_pgbouncer.py"
    run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", tests],
        "pgbouncer.log",
        cwd=ROOT,
    )
    return [of_junit(f"pgbouncer {version}, transaction mode", report, WANTED, {})]
