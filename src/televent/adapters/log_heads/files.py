"""The file of published heads: one signed note after the other. A line of it is never changed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SIGNATURE: Final = "\u2014 ".encode()
"""How the last line of a note begins (c2sp.org/signed-note)."""
_TAIL: Final = 16_384
"""Bytes at the end of the file that certainly have the whole last note."""


@dataclass(frozen=True, slots=True)
class FiledNote:
    """A note and the number of its first line, from 1."""

    line: int
    text: str


def filed(path: Path) -> list[FiledNote]:
    """The notes of the file; the last one may be cut off. [] where there is no file. Raises OSError."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    notes, text, began = [], b"", 1
    for number, line in enumerate(content.splitlines(keepends=True), 1):
        text += line
        if _ends_note(line):
            notes.append(FiledNote(began, text.decode("utf-8", "replace")))
            text, began = b"", number + 1
    return [*notes, FiledNote(began, text.decode("utf-8", "replace"))] if text else notes


def last_filed(path: Path) -> str | None:
    """The last whole note; None where there is none. Raises OSError."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            lines = file.read().splitlines(keepends=True)
    except FileNotFoundError:
        return None
    ends = [number for number, line in enumerate(lines) if _ends_note(line)]
    if not ends:
        return None
    begin = ends[-2] + 1 if len(ends) > 1 else 0
    return b"".join(lines[begin : ends[-1] + 1]).decode("utf-8", "replace")


def append(path: Path, notes: Iterable[str]) -> None:
    """Writes the notes to the end of the file and to the disk. The rest of a note whose writing was interrupted is
    removed first. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - _TAIL))
        lines = file.read().splitlines(keepends=True)
        while lines and not _ends_note(lines[-1]):
            end -= len(lines.pop())
        file.truncate(end)
        file.seek(end)
        file.write("".join(notes).encode())
        file.flush()
        os.fsync(file.fileno())


def _ends_note(line: bytes) -> bool:
    return line.startswith(_SIGNATURE) and line.endswith(b"\n")
