"""A command that shows what belongs to people cannot forget to note that an operator looked."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import rich_click as click

from televent import commands
from televent.cli import cli
from televent.commands.looking import IMPERSONAL, PERSONS

OPENING = frozenset({"accounts.py", "checkup.py", "database.py", "replaying.py", "running.py"})
"""The modules that may open the database without ``opened``: they look at tables, roles and versions, or they run
services. ``accounts`` is where ``opened`` is."""
OPENERS = frozenset({"build_core", "open_core", "migrated_database", "open_pool"})


def leaves(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command with its name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


LEAVES = dict(leaves(cli))


def test_every_impersonal_command_is_there_and_names_no_person() -> None:
    assert LEAVES.keys() >= IMPERSONAL
    for name in IMPERSONAL:
        assert not {param.name for param in LEAVES[name].params} & {*PERSONS}, name


def test_every_command_that_names_a_person_finds_the_account() -> None:
    named = {name: command for name, command in LEAVES.items() if {p.name for p in command.params} & {*PERSONS}}
    assert {"show", "diff", "audit", "prove", "undo-device", "device list", "gdpr erase"} <= named.keys()
    for name, command in named.items():
        module = inspect.getmodule(inspect.unwrap(command.callback)) if command.callback is not None else None
        assert isinstance(module, ModuleType), name
        called = calls(Path(inspect.getfile(module)))
        assert {"opened", "find_account"} <= called, f"{name}: its module must call opened and find_account"


def test_no_other_module_opens_the_database() -> None:
    folder = Path(inspect.getfile(commands)).parent
    opening = {path.name for path in folder.glob("*.py") if calls(path) & OPENERS}
    assert opening <= OPENING, "use opened(), which notes that an operator looked"


def calls(path: Path) -> set[str]:
    """The names that a module calls."""
    tree = ast.parse(path.read_text())
    return {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
