"""Each forbidden import and call fails `make lint`: tried on a copy of the sources, with one fault per line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent

IMPORTS = {
    "psycopg in application": (
        "application/local_delivery.py",
        "import psycopg",
        "televent.application.local_delivery -> psycopg",
    ),
    "aiogram in projections": (
        "projections/search.py",
        "from aiogram import Bot",
        "televent.projections.search -> aiogram",
    ),
    "os in policies": ("policies/courier.py", "import os", "televent.policies.courier -> os"),
    "time in ical": ("ical/text/lines.py", "from time import time", "televent.ical.text.lines -> time"),
    "uuid in ical": ("ical/text/tree.py", "from uuid import uuid4", "televent.ical.text.tree -> uuid"),
    "random in domain": ("domain/ids.py", "import random", "televent.domain.ids -> random"),
    "secrets in policies": ("policies/push.py", "import secrets", "televent.policies.push -> secrets"),
    "an import in a function": (
        "projections/company.py",
        "def late() -> None:\n    import socket",
        "televent.projections.company -> socket",
    ),
    "an adapter importing another": (
        "adapters/push/topics.py",
        "import televent.adapters.email.outgoing.mime",
        "televent.adapters.push.topics -> televent.adapters.email.outgoing.mime",
    ),
    "a new adapter importing another": (
        "adapters/carrier_pigeon/__init__.py",
        "import televent.adapters.email.outgoing.wire",
        "televent.adapters.carrier_pigeon -> televent.adapters.email.outgoing.wire",
    ),
    "a layer importing one above it": (
        "application/conditions.py",
        "import televent.policies.push",
        "televent.application.conditions -> televent.policies.push",
    ),
    "settings in an adapter": (
        "adapters/email/texts.py",
        "import televent.settings",
        "televent.adapters.email.texts -> televent.settings",
    ),
    "two modules in a cycle": (
        "ical/text/lines.py",
        "import televent.ical.text.tree",
        "No cycles are allowed in televent.ical.text.",
    ),
    "two rooms in a cycle": (
        "adapters/caldav/webdav/prefer.py",
        "import televent.adapters.caldav.properties.table",
        "No cycles are allowed in televent.adapters.caldav.",
    ),
    "a module without a layer": ("loose.py", "", "- televent.loose"),
    "a module of runtime without a layer": ("runtime/loose.py", "", "- televent.runtime.loose"),
}
CALLS = {
    "uuid4 in domain": ("domain/mount.py", "import uuid\nuuid.uuid4()", "uuid.uuid4"),
    "uuid1 in projections": ("projections/directory.py", "from uuid import uuid1", "uuid.uuid1"),
    "now in application": (
        "application/mail.py",
        "from datetime import UTC, datetime\ndatetime.now(UTC)",
        "datetime.datetime.now",
    ),
    "today in policies": ("policies/__init__.py", "import datetime\ndatetime.date.today()", "datetime.date.today"),
    "time in ical": ("ical/text/property.py", "import time\ntime.time()", "`time` is banned"),
    "a file in ical": ("ical/text/errors.py", 'open("/etc/passwd")', "PTH123"),
    "a word on the terminal in domain": ("domain/refusal.py", 'print("x")', "T201"),
    "an import that hides": ("domain/personal.py", "exec('import os')", "S102"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sources with every fault in them, and what `make lint` needs beside them."""
    place = tmp_path_factory.mktemp("contracts")
    shutil.copy(ROOT / "pyproject.toml", place)
    shutil.copytree(ROOT / "src", place / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (place / "tests" / "architecture").mkdir(parents=True)
    shutil.copy(ROOT / "tests/architecture/allowed_imports.py", place / "tests" / "architecture")
    for path, text, _ in (*IMPORTS.values(), *CALLS.values()):
        file = place / "src" / "televent" / path
        file.parent.mkdir(exist_ok=True)
        with file.open("a") as opened:
            opened.write(f"\n{text}\n")
    yield place
    shutil.rmtree(place)


def run(place: Path, *command: str) -> str:
    """The output of a linter on that copy; fails where the linter finds nothing."""
    environment = {**os.environ, "PYTHONPATH": str(place / "src"), "COLUMNS": "300", "NO_COLOR": "1"}
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_an_import_that_breaks_a_contract_fails_lint(copy: Path) -> None:
    said = " ".join(run(copy, "lint-imports", "--no-cache").split())
    assert {fault for fault, (_, _, shown) in IMPORTS.items() if shown not in said} == set(), said


def test_a_call_that_breaks_a_contract_fails_lint(copy: Path) -> None:
    said = run(copy, "ruff", "check", "--no-cache", "--output-format", "concise", "src")
    unseen = {
        fault
        for fault, (path, _, shown) in CALLS.items()
        if not any(f"televent/{path}:" in line and shown in line for line in said.splitlines())
    }
    assert unseen == set(), said


def test_lint_runs_both(copy: Path) -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\nlint:")[2].partition("\n\n")[0]
    assert "lint-imports" in recipe
    assert "ruff check ." in recipe
