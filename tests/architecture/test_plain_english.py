"""The words and openings that the house forbids appear nowhere: not in code, not in names, not in documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.plain_english import defined_names, forbidden, found_in, nodes_of, paragraphs, python_texts, words_of_name

ROOT = Path(__file__).parents[2]
SUFFIXES = {".py", ".md", ".sql", ".toml"}
THE_RULE = {"tests/support/plain_english.py", "tests/architecture/test_plain_english.py"}
"""These have to name the words."""


def sources() -> list[str]:
    """Every file of the repository that holds English, except golden files and scenarios, which have no such suffix."""
    folders = ("src", "tests", "bench", "tools", "migrations", "docs")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES]
    found += [*ROOT.glob("*.md"), ROOT / "pyproject.toml", ROOT / "Makefile", ROOT / ".ci" / "run"]
    return sorted(str(path.relative_to(ROOT)) for path in found)


def test_no_forbidden_word_or_opening_stands_anywhere() -> None:
    found = [
        str(each)
        for name in sources()
        if name not in THE_RULE
        for each in found_in(ROOT / name, name, literals=not name.startswith("tests/"))
    ]
    assert found == []


def test_the_glossary_has_at_most_twenty_rows() -> None:
    glossary = (ROOT / "CONTRIBUTING.md").read_text().partition("## Glossary")[2].partition("## ")[0]
    rows = [line for line in glossary.splitlines() if line.startswith("| ")]
    assert 2 <= len(rows) - 1 <= 20


def test_every_kind_of_file_is_read() -> None:
    names = sources()
    for name in ("src/televent/settings.py", "migrations/20261121000001_foundation.sql", "README.md", "Makefile",
                 "docs/adr/0001-deciders-on-the-eventsourcing-library.md", "pyproject.toml", ".ci/run"):  # fmt: skip
        assert name in names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The owner keeps his alarms.", ["his"]),
        ("He answers.", ["He"]),
        ("Counts anew.", ["anew"]),
        ("Max octets of a body.", ["octets"]),
        ("Sends the letter.", ["letter"]),
        ("Of a series so many instances are kept.", ["Of"]),
        ("Stored.\nWhat a client sent stays.", ["What"]),
        ("Stored. So many rows\nare read.", ["So many"]),
        ("- one\n- Whoever asks is told.", ["Whoever"]),
        ("## Who may read", ["Who"]),
        ("1. **What comes.** Nothing.", ["What"]),
        ("| a | Who may ask |", ["Who"]),
        ('"The octets" without a source count.', ["octets"]),
        ("`code`, then his own.", ["his"]),
        ("RFC 5545 §3.1 says 75 octets, not in quotes.", ["octets"]),
        ("A letter and a digital copy.", ["letter"]),
    ],
)
def test_it_finds_what_is_forbidden(text: str, words: list[str]) -> None:
    assert sorted({word for _, word in forbidden(text)} & set(words)) == sorted(words)


@pytest.mark.parametrize(
    "text",
    [
        "The client's bytes are stored. They go back as they came.",
        "Two of them, and what follows: who asks is told.",
        "The collation `i;octet`, or i;octet, and application/octet-stream.",
        "“Lines of text SHOULD NOT be longer than 75 octets.”",
        'RFC 5545 §3.1: "SHOULD NOT be longer than 75 octets".',
        "Lower-case letters and digits.",
        "A list\nof what is here.",
        "This, the, them, history, whatever, hero, letterbox.",
    ],
)
def test_it_lets_plain_and_quoted_text_pass(text: str) -> None:
    assert forbidden(text) == []


def test_it_reads_comments_docstrings_literals_and_names() -> None:
    source = '''"""A module."""
LETTERS_WRITTEN = 1
def his_own(octets: int) -> str:
    """Sends it.

    So many rows. `his`
    """
    # Counts
    # anew.
    raise ValueError("Who is this client?")
'''
    nodes = nodes_of(source)
    texts = [*python_texts(source, nodes), *defined_names(nodes)]
    found = {(line + down, word) for line, text in texts for down, word in forbidden(text)}
    assert found == {(2, "letters"), (3, "his"), (3, "octets"), (6, "So many"), (9, "anew"), (10, "Who")}
    assert words_of_name("LettersWritten") == words_of_name("letters_written") == "letters written"


def test_it_reads_every_suffix(tmp_path: Path) -> None:
    files = {
        "a.sql": "SELECT 1; -- his\n",
        "b.md": "# A\n\n```\nhis\n```\n\nThe owner has `his` his.\n",
        "Makefile": "run: ## Starts anew\n\techo his\n",
        "c.toml": "a = 1 # his\n",
        "letters.py": '"""Fine."""\nx = "it is his own"\n',
    }
    found = []
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        found += [(name, each.line, each.word) for each in found_in(tmp_path / name, name)]
    assert found == [("a.sql", 1, "his"), ("b.md", 7, "his"), ("Makefile", 1, "anew"), ("c.toml", 1, "his"),
                     ("letters.py", 2, "his"), ("letters.py", 1, "letters")]  # fmt: skip
    assert [line for line, _ in paragraphs("a\n\nb\nc\n\n\nd")] == [1, 3, 7]
