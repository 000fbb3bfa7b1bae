"""Only named modules use the state of a session of PostgreSQL: behind a pooler the next transaction has another."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "televent"
STATE = re.compile(
    r"""
      pg_(try_)?advisory_(un)?lock | (?-i:\b(UN)?LISTEN\b) | \bTEMP(ORARY)?\s+(TABLE|VIEW|SEQUENCE)\b | \bpg_temp\b
    | \bWITH\s+HOLD\b | ^\s*SET\s+(?!LOCAL\b)(SESSION\s+)?[a-z_]+\s*(=|TO\b) | \bSET\s+SESSION\b | set_config\(.*false\)
    | ^\s*(PREPARE|DEALLOCATE|DISCARD|DECLARE)\b
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
METHODS = {"send_prepare", "notifies"}
"""Methods of psycopg that need a session."""
ALLOWED = {
    "adapters/postgres/schema/migrate.py": "one node migrates; it refuses poolers",
    "adapters/postgres/replay/mending.py": "locks of calendars before a snapshot; it refuses poolers",
    "adapters/postgres/replay/runs.py": "shows that a replay is under way; it refuses poolers",
    "runtime/backups/wal_archive.py": "one process archives; it is only for the embedded server",
    "adapters/postgres/wakeup.py": "LISTEN, over DATABASE_DIRECT_URL or not at all",
    "adapters/postgres/dav_index/marks.py": "over DATABASE_DIRECT_URL or not at all",
    "adapters/postgres/dav_index/line.py": "over DATABASE_DIRECT_URL or not at all",
    "adapters/postgres/one_flush.py": "only where the connection prepares statements: behind a pooler it does not",
    "adapters/postgres/pool.py": "generic plans, which build_core asks for without a pooler only",
}


def uses(path: Path) -> list[str]:
    """The statements and calls of a module that need a session. Docstrings do not count."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            found += [node.value] if STATE.search(node.value) else []
        elif isinstance(node, ast.Attribute) and node.attr in METHODS:
            found.append(node.attr)
    return found


def test_only_named_modules_use_a_session() -> None:
    found = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if uses(path)}
    assert found == set(ALLOWED)


@pytest.mark.parametrize(
    "statement",
    [
        *("SELECT pg_advisory_lock(1)", "SELECT pg_try_advisory_lock(1)", "LISTEN events", "SET search_path = other"),
        *("CREATE TEMP TABLE a (b int)", "SET SESSION lock_timeout = 1", "SET plan_cache_mode TO auto", "PREPARE a AS"),
        *("DECLARE a CURSOR WITH HOLD FOR SELECT 1", "SELECT set_config('lock_timeout', '1', false)"),
    ],
)
def test_state_is_recognised(statement: str, tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(f"STATEMENT = {statement!r}\n")
    assert uses(module) == [statement]


@pytest.mark.parametrize(
    "statement",
    [
        *("SELECT pg_advisory_xact_lock(1)", "SET LOCAL lock_timeout = 1", "UPDATE a SET b = 1", "NOTIFY events"),
        *("SELECT set_config('lock_timeout', '1', true)", "Listening at http://localhost"),
    ],
)
def test_state_of_a_transaction_is_none_of_a_session(statement: str, tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(f"STATEMENT = {statement!r}\n")
    assert uses(module) == []


def test_no_connection_prepares_statements_by_itself() -> None:
    """psycopg prepares a statement that was executed five times, unless ``prepare_threshold`` is None."""
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if "connect" in (source := path.read_text())
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("psycopg.connect", "psycopg.AsyncConnection.connect", "Connection.connect")
        and "prepare_threshold=None" not in map(ast.unparse, node.keywords)
    }
    assert found == {
        "adapters/postgres/pool.py",  # It asks only whether the server answers.
        "adapters/postgres/embedded/running.py",  # There is no pooler before the embedded server.
        "adapters/postgres/dav_index/marks.py",
    }


def test_no_cursor_outlives_its_transaction() -> None:
    calls = [
        (path.name, node.lineno)
        for path in SOURCE.rglob("*.py")
        if "withhold" in (source := path.read_text())
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and any(each.arg == "withhold" for each in node.keywords)
    ]
    assert calls == []
