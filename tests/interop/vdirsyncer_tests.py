"""vdirsyncer's own tests of CalDAV servers."""

from __future__ import annotations

from pathlib import Path

from interop.install import VDIRSYNCER
from interop.places import LOGS, SOURCES, python, run
from interop.result import Result, of_junit
from interop.server import Site

NAME = f"vdirsyncer {VDIRSYNCER} server tests"
WANTED = 65
EXEMPT = {
    "test_empty_metadata": "Skips itself for every server, and asks only of local storages that a new one has no name.",
    "test_recurring_events[VTODO]": "Skips itself for every server: its recurring object is an event, run as [VEVENT].",
}
MIXIN = '''"""Televent as vdirsyncer's tests see a server."""

import os

import pytest


class ServerMixin:
    @pytest.fixture
    def get_storage_args(self, slow_create_collection, aio_connector):
        async def inner(collection="test"):
            names = {"url": "URL", "username": "USER", "password": "PASSWORD"}
            args = {key: os.environ[f"INTEROP_{name}"] for key, name in names.items()}
            args["connector"] = aio_connector
            if collection is not None:
                args = await slow_create_collection(self.storage_class, args, collection)
            return args

        return inner
'''
"""The package with our server in the directory where the tests find servers."""


def suite(site: Site) -> list[Result]:
    """Runs the suite."""
    folder = SOURCES / f"vdirsyncer-{VDIRSYNCER}"
    server = folder / "tests" / "storage" / "servers" / "televent"
    server.mkdir(exist_ok=True)
    (server / "__init__.py").write_text(MIXIN)
    report = LOGS / "vdirsyncer.xml"
    report.unlink(missing_ok=True)
    (person,) = site.people(1)
    environment = {
        "DAV_SERVER": "televent",
        "INTEROP_URL": site.url,
        "INTEROP_USER": person.address,
        "INTEROP_PASSWORD": person.password,
    }
    command: list[str | Path] = [
        *(python("vdirsyncer"), "-m", "pytest", "tests/storage/dav/test_caldav.py", "-q", "--no-cov", "--color=no"),
        *("-p", "no:cacheprovider", f"--junitxml={report}"),
    ]
    run(command, "vdirsyncer.log", cwd=folder, environment=environment)
    return [of_junit(NAME, report, WANTED, EXEMPT)]
