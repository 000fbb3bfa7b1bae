"""Televent behind a real nginx, configured as the documentation says: the tests of
tests/integration/processes/test_nginx.py.
"""

from __future__ import annotations

import subprocess
import sys

from interop.places import LOGS, ROOT, run
from interop.result import Result, of_junit, skipped
from interop.server import Site
from support.nginx import ABSENT, program

WANTED = 3


def suite(site: Site) -> list[Result]:
    """Runs the tests. They start servers of their own: PUBLIC_URL differs in each."""
    command = program()
    if command is None:
        return [skipped("nginx, as documented", ABSENT)]
    version = (
        subprocess.run([command, "-v"], capture_output=True, text=True, check=True).stderr.partition("/")[2].strip()
    )
    report = LOGS / "nginx.xml"
    report.unlink(missing_ok=True)
    tests = "tests/integration/processes/test_nginx.py"
    run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", tests],
        "nginx.log",
        cwd=ROOT,
    )
    return [of_junit(f"nginx {version}, as documented", report, WANTED, {})]
