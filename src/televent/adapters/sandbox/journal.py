"""An append-only file of JSON lines that lets a sandbox remember itself over a restart."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Record = tuple[str, Any]


class Journal:
    """Kind and value, one pair a line. With no path it keeps nothing and costs nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)

    def read(self) -> Iterator[Record]:
        """Every record in the order it was written; a line cut short by a crash is passed over."""
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
        """Write the file anew with these records only, so that it does not grow for ever."""
        if self._path is None:
            return
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as lines:
            for kind, value in records:
                lines.write(json.dumps([kind, value], ensure_ascii=False) + "\n")
        fresh.replace(self._path)
