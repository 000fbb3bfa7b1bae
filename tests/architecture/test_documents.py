"""The documents name files that exist, and CONTRIBUTING's tree is that of the repository."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md")]
NAMED = re.compile(r"`([\w./-]+\.(?:py|md|sql|txt|ftl|json))(?:::\w+)?`|\]\(([^)#:]+)\)")
PLACES = (ROOT, ROOT / "src", ROOT / "src" / "televent", ROOT / "tests")
SAMPLES = {
    "policies/webhooks.py",
    "projections/titles.py",
    "application/read_models/titles.py",
    "tests/golden/event-starred-1.json",
    "tests/golden/messages/webhook-1.json",
}
"""Files that the recipes add."""


def test_every_file_that_a_document_names_exists() -> None:
    folders = ("src", "tests", "bench", "migrations", "docs")
    file_names = {path.name for folder in folders for path in (ROOT / folder).rglob("*")}
    missing = [
        f"{document.relative_to(ROOT)}: {name}"
        for document in DOCUMENTS
        for code, link in NAMED.findall(document.read_text())
        if (name := code or link) not in SAMPLES
        and not re.search(r"\b(?:NAME|KIND)\b", name)
        and not any((place / name).exists() for place in (*PLACES, document.parent))
        and name not in file_names
    ]
    assert missing == []


def test_the_tree_in_contributing_is_the_repositorys() -> None:
    tree = (ROOT / "CONTRIBUTING.md").read_text().partition("```text\n")[2].partition("```")[0]
    named = {line.split()[0].rstrip("/"): line for line in tree.splitlines()}
    package = ROOT / "src" / "televent"
    folders = {path.name for path in package.iterdir() if (path / "__init__.py").exists()}
    assert folders - set(named) == set()
    assert [name for name in named if not ((ROOT / name).exists() or (package / name).exists())] == []
    for room in ("ical", "adapters"):
        rooms = {path.name for path in (package / room).iterdir() if (path / "__init__.py").exists()}
        assert rooms - set(re.findall(r"\w+", named[room])) == set()
