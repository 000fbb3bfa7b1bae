"""A step of a recipe in CONTRIBUTING that is forgotten fails here, where no other test or contract would notice."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import psycopg

import televent.domain
import televent.policies
import televent.projections
from televent.application.event_store.catalogue import NAMES
from televent.application.event_store.deciders import decider_of
from televent.application.followers import Policy, Projection
from televent.application.mail_records.senders import Doubt
from televent.domain.calendar_object.parked_mail import ParkedFor
from televent.runtime.compose import FOLLOWERS
from televent.settings import Settings

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "televent"
ROOMS_WITH_TEXTS = ("adapters/telegram", "adapters/email", "adapters/http", "adapters/rest", "wording")
TEXT_ID = re.compile(r"^([a-z][\w-]*) *=", re.MULTILINE)
KEY = """
    SELECT array_agg(attname::text) FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
    WHERE indrelid = to_regclass(%s) AND indisprimary"""


def modules(package: types.ModuleType) -> Iterator[types.ModuleType]:
    """Every module of a package, also those that no other module imports."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def test_every_policy_and_projection_is_in_the_composition_root() -> None:
    declared = {
        id(value): f"{module.__name__}.{name}"
        for package in (televent.policies, televent.projections)
        for module in modules(package)
        for name, value in vars(module).items()
        if isinstance(value, Policy | Projection)
    }
    run = {id(each) for each in FOLLOWERS}
    assert [name for key, name in declared.items() if key not in run] == []
    assert len({each.name for each in FOLLOWERS}) == len(FOLLOWERS)


def test_every_topic_of_a_follower_is_a_stored_name() -> None:
    assert {topic for each in FOLLOWERS for topic in each.topics} - set(NAMES) == set()


def test_every_table_of_a_projection_has_the_key_that_it_names(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        for each in FOLLOWERS:
            for table, key in each.tables.items() if isinstance(each, Projection) else ():
                row = connection.execute(KEY, (table,)).fetchone()
                assert row is not None
                assert (table, set(row[0] or ())) == (table, set(key))


def test_every_fact_of_a_stream_has_a_stored_name_and_a_decider() -> None:
    facts = {
        fact
        for module in modules(televent.domain)
        if module.__name__.endswith(".events")
        for value in vars(module).values()
        if isinstance(value, types.UnionType)
        for fact in value.__args__
        if fact.__module__.startswith("televent.") and hasattr(fact, "__dataclass_fields__")
    }
    assert len(facts) > 30
    assert facts - set(NAMES.values()) == set()
    assert {decider_of(fact).name for fact in facts} >= {"account", "calendar", "calendar-object"}


def text_ids(room: str, language: str) -> set[str]:
    """The names of the texts that a room has in a language; each stands in one file only."""
    files = sorted((SOURCE / room / "locales" / language).glob("*.ftl"))
    found = [name for file in files for name in TEXT_ID.findall(file.read_text())]
    assert sorted(set(found)) == sorted(found)
    return set(found)


def test_the_files_of_texts_are_the_same_in_every_language() -> None:
    for room in ROOMS_WITH_TEXTS:
        english, russian = (
            {file.name: TEXT_ID.findall(file.read_text()) for file in (SOURCE / room / "locales" / language).iterdir()}
            for language in ("en", "ru")
        )
        assert english == russian


def test_every_text_is_there_in_every_language_and_every_notice_has_one() -> None:
    for room in ROOMS_WITH_TEXTS:
        assert text_ids(room, "en") == text_ids(room, "ru")
    tree = ast.parse((SOURCE / "policies" / "notices.py").read_text())
    constants = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    named = {value for value in constants if isinstance(value, str) and re.fullmatch(r"[a-z]+(-[a-z]+)+", value)}
    assert "share-declined-by" in named
    assert named - text_ids("adapters/telegram", "en") == set()
    assert {f"parked-lead-{each}" for each in get_args(ParkedFor)} <= text_ids("wording", "en")
    assert {f"parked-why-{each}" for each in get_args(Doubt)} <= text_ids("wording", "en")


def test_every_setting_is_documented() -> None:
    pages = (ROOT / "README.md").read_text() + (ROOT / "docs" / "reference" / "limits.md").read_text()
    documented = set(re.findall(r"[A-Z]+(?:_[A-Z]+)+", pages))
    assert {str(field.validation_alias) for field in Settings.model_fields.values()} - documented == set()
