"""python-caldav's own functional tests, sync and async, with three scheduling users."""

from __future__ import annotations

import json
from pathlib import Path

from interop.install import CALDAV
from interop.places import LOGS, SOURCES, python, run
from interop.result import Result, of_junit
from interop.server import Site
from interop.server_tester import EXEMPT

NAME = f"python-caldav {CALDAV} functional tests"
WANTED = 146
HINTS = {name: {"support": support} for name, (support, _) in EXEMPT.items()}
"""Features that differ from the library's expectation of a good server. testCheckCompatibility proves each of them with
caldav-server-tester."""


def suite(site: Site) -> list[Result]:
    """Runs the suite. Skipped tests count as not passed."""
    folder = SOURCES / f"caldav-{CALDAV}"
    users = [{"url": site.url, "username": each.address, "password": each.password} for each in site.people(3)]
    televent = {"type": "external", "enabled": True, **users[0], "features": HINTS, "scheduling_users": users}
    (folder / "tests" / "caldav_test_servers.json").write_text(json.dumps({"test-servers": {"televent": televent}}))
    report = LOGS / "python-caldav.xml"
    report.unlink(missing_ok=True)
    command: list[str | Path] = [
        *(python("caldav"), "-m", "pytest", "tests/test_caldav.py", "tests/test_async_integration.py"),
        *("-k", "televent", "-q", "-rsxfE", "--tb=short", "--timeout=300", "-p", "no:cacheprovider"),
        # Its own configuration turns the deprecation warnings of newer dependencies into errors.
        *("-o", "filterwarnings=default", "-o", "asyncio_default_fixture_loop_scope=function"),
        f"--junitxml={report}",
    ]
    environment = {"PYTHON_CALDAV_TEST_EMBEDDED": "0", "PYTHON_CALDAV_TEST_DOCKER": "0"}
    run(command, "python-caldav.log", cwd=folder, environment=environment)
    return [of_junit(NAME, report, WANTED, {})]
