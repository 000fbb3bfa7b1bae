"""The page of what is kept names every table, column and file, and says of each table what an erasure really does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import psycopg

from televent.adapters.postgres.dav_index.inline_rows import FORGET
from televent.runtime.data_directory import OURS

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "what-is-kept.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \|(.*)\|(.*)\|(.+)\|(.+)\|$", re.MULTILINE)
FILE = re.compile(r"^\| `([\w.-]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ENDINGS = {"deleted", "unreadable", "later", "stays"}
DELETED = re.compile(r"DELETE FROM (\w+)")
CASCADE = """
    SELECT conrelid::regclass::text FROM pg_constraint
    WHERE contype = 'f' AND confdeltype = 'c' AND confrelid::regclass::text = ANY (%s)"""


@dataclass(frozen=True)
class Kept:
    personal: frozenset[str]
    others: frozenset[str]
    stays: str
    erasure: str


def listed() -> dict[str, Kept]:
    return {
        table: Kept(columns(personal), columns(others), stays.strip(), re.split(r"\W", erasure.strip())[0])
        for table, personal, others, stays, erasure in ROW.findall(PAGE)
    }


def columns(cell: str) -> frozenset[str]:
    return frozenset(each.strip() for each in cell.split(",") if each.strip())


def test_every_table_and_column_is_listed_and_no_other(database_url: str) -> None:
    query = """SELECT table_name, array_agg(column_name::text) FROM information_schema.columns
        WHERE table_schema = 'public' GROUP BY table_name"""
    with psycopg.connect(database_url) as connection:
        there = {table: frozenset(names) for table, names in connection.execute(query)}
    page = listed()
    assert {table: kept.personal | kept.others for table, kept in page.items()} == there
    assert [table for table, kept in page.items() if kept.personal & kept.others] == []
    assert [table for table, kept in page.items() if kept.erasure not in ENDINGS or not kept.stays] == []


def test_what_the_page_calls_deleted_is_what_an_erasure_deletes(database_url: str) -> None:
    executed = {table for statements in FORGET.values() for text in statements for table in DELETED.findall(text)}
    with psycopg.connect(database_url) as connection:
        executed |= {table for (table,) in connection.execute(CASCADE, (list(executed),))}
    assert {table for table, kept in listed().items() if kept.erasure == "deleted"} == executed


def test_a_table_with_personal_columns_does_not_merely_stay() -> None:
    assert [table for table, kept in listed().items() if kept.personal and kept.erasure == "stays"] == []


def test_every_file_of_the_data_directory_is_listed_and_no_other() -> None:
    named = [name for name, _, _ in FILE.findall(PAGE)]
    assert sorted(named) == sorted(OURS)
