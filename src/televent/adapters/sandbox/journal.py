"""An append-only file of JSON lines that keeps the state of a sandbox across a restart."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Record = tuple[str, Any]


class Journal:
    """Stores records of a kind and a value, one per line. Without a path it stores nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)

    def read(self) -> Iterator[Record]:
        """All records in the order of writing. A line that a crash cut short is skipped."""
        if self._path is None or not self._path.exists():
            return
        with self._path.open(encoding="utf-8") as lines:
            for line in lines:
                try:
                    kind, value = json.loads(line)
                except ValueError:
                    continue
                yield kind, value

    def write(self, kind: str, value: Any) -> None:
        """Append one record."""
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps([kind, value], ensure_ascii=False) + "\n")

    def replace(self, records: Iterable[Record]) -> None:
        """Replace the file by one with these records only, so that it does not grow for ever."""
        if self._path is None:
            return
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as lines:
            for kind, value in records:
                lines.write(json.dumps([kind, value], ensure_ascii=False) + "\n")
        fresh.replace(self._path)
