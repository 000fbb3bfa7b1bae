"""The checklists of docs/reference/rfc point to tests that exist, scenarios among them."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECKLISTS = sorted((ROOT / "docs" / "reference" / "rfc").glob("*.md"))
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PLAYED = re.compile(r"`(tests/scheduling/scenarios/[^`]*)`")


@cache
def named_in(path: Path) -> frozenset[str]:
    if not path.exists():
        return frozenset()
    return frozenset(each.name for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.FunctionDef))


@pytest.mark.parametrize("path", CHECKLISTS, ids=lambda path: path.stem)
def test_every_test_that_a_checklist_names_exists(path: Path) -> None:
    named = {(found[1], found[2]) for found in NAMED.finditer(path.read_text())}
    assert {(file, name) for file, name in named if name not in named_in(ROOT / file)} == set()


@pytest.mark.parametrize("path", CHECKLISTS, ids=lambda path: path.stem)
def test_every_scenario_that_a_checklist_names_is_played(path: Path) -> None:
    named = set(PLAYED.findall(path.read_text()))
    assert {file for file in named if not file.endswith(".txt") or not (ROOT / file).is_file()} == set()


def test_scenarios_are_named_in_the_checklist_of_scheduling() -> None:
    assert len(set(PLAYED.findall((ROOT / "docs/reference/rfc/rfc6638.md").read_text()))) >= 25
