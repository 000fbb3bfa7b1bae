"""Looks for words in whatever an installation keeps: every column of every table, every byte of every file."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

PIECE = 1 << 22
EMPTY = re.compile(rb"\x00{64,}")
TABLES = """
    SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
    ORDER BY 1"""


def uncompressed(url: str) -> None:
    """Stores every value from now on as it is: in the files of a table PostgreSQL compresses long ones."""
    query = """SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
            AND attstorage IN ('x', 'm')"""
    with psycopg.connect(url, autocommit=True) as connection:
        for table, column in connection.execute(query).fetchall():
            names = sql.Identifier(table), sql.Identifier(column)
            connection.execute(sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET STORAGE EXTERNAL").format(*names))


def in_tables(url: str, words: Iterable[str]) -> dict[str, set[str]]:
    """The tables in which a row has one of these words, in any column, whatever its type; and the words."""
    found: dict[str, set[str]] = {}
    with psycopg.connect(url) as connection:
        # As hexadecimal digits no word in a bytea would be found.
        connection.execute("SET bytea_output = 'escape'")
        query = sql.SQL("SELECT EXISTS (SELECT FROM {} AS row WHERE strpos(lower(row::text), %s) > 0)")
        for (table,) in connection.execute(TABLES).fetchall():
            for word in words:
                if connection.execute(query.format(sql.Identifier(table)), [word.lower()]).fetchone() == (True,):
                    found.setdefault(table, set()).add(word)
    return found


def in_files(root: Path, words: Iterable[str]) -> dict[str, set[str]]:
    """The files below ``root`` that have one of these words in some encoding, by their path; and the words."""
    found: dict[str, set[str]] = {}
    forms = {word: _encoded(word) for word in words}
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            for word in _in_file(path, forms):
                found.setdefault(str(path.relative_to(root)), set()).add(word)
    return found


def in_text(content: bytes, words: Iterable[str]) -> set[str]:
    """The words that the text has in some encoding."""
    text = content.lower()
    return {word for word in words if any(form in text for form in _encoded(word))}


def _in_file(path: Path, forms: dict[str, set[bytes]]) -> set[str]:
    found: set[str] = set()
    with path.open("rb") as file:
        before = b""
        while piece := file.read(PIECE):
            # Files of a database are empty for the most part.
            text = before + EMPTY.sub(bytes(8), piece).lower()
            found |= {word for word, each in forms.items() if any(form in text for form in each)}
            before = text[-1000:]
    return found


def _encoded(word: str) -> set[bytes]:
    """The word in UTF-8 and UTF-16, in percent and JSON escapes, in hexadecimal digits; in base64 at each of the three
    places of its start. All in lower case, as what they are compared with."""
    forms = set()
    for text in (word, word.lower(), word.upper()):
        forms |= {text.encode(), text.encode("utf-16-le"), quote(text, safe="").encode(), text.encode().hex().encode()}
        forms.add("".join(each if each.isascii() else f"\\u{ord(each):04x}" for each in text).encode())
        for before in range(3):
            # The first and the last digit depend on what stands beside the word.
            digits = base64.b64encode(bytes(before) + text.encode()).rstrip(b"=")
            forms.add(digits[(before * 8 + 5) // 6 : (before + len(text.encode())) * 8 // 6])
    return {form.lower() for form in forms}
