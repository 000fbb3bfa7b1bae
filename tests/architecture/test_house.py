"""The house keeps its own rules: sizes, names, the only reader of the environment, refusals, stored names."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
PYTHON = [
    *SOURCES,
    *sorted((ROOT / "tests").rglob("*.py")),
    *sorted((ROOT / "bench").rglob("*.py")),
    *sorted((ROOT / "tools").rglob("*.py")),
]
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "manager.py", "base.py"}


def test_no_python_file_has_more_than_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): count for path in PYTHON if (count := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [path for path in PYTHON if path.name in FORBIDDEN_NAMES] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src" / "televent")))
def test_only_settings_reads_the_environment(path: Path) -> None:
    if path.name == "settings.py":
        return
    tree = ast.parse(path.read_text())
    reads = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]
    assert reads == []


def test_every_source_file_says_what_it_is() -> None:
    silent = [str(path.relative_to(ROOT)) for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_ddl_stands_in_migrations_only() -> None:
    words = ("CREATE TABLE", "ALTER TABLE", "CREATE INDEX", "DROP TABLE")
    guilty = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if any(word in path.read_text() for word in words) and path.name not in ("migrate.py", "new_version.py")
    ]
    assert guilty == []
