"""A sealed stream comes back as it was, and no other one does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from televent.adapters.backups.sealing import FORM, FRAME, SALT, TAG, BadSeal, SealedReader, SealedWriter, sha256_of

KEY = bytes(range(32))
SIZES = (0, 1, FRAME - 100, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 12345)


def seal(path: Path, content: bytes, name: str = "base", key: bytes = KEY) -> SealedWriter:
    with SealedWriter(path, key, name) as file:
        for start in range(0, len(content), 70_001):
            file.write(content[start : start + 70_001])
    return file


def opened(path: Path, name: str = "base", key: bytes = KEY) -> bytes:
    return SealedReader(path, key, name).read()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("packs", [True, False])
def test_what_was_sealed_comes_back(tmp_path: Path, size: int, packs: bool) -> None:
    content = (b"televent " * (size // 9 + 1))[:size] if packs else os.urandom(size)
    path = tmp_path / "part"
    file = seal(path, content)
    assert opened(path) == content
    assert (file.plain, file.size, file.sha256) == (size, path.stat().st_size, sha256_of(path))
    if packs and size > 1000:
        assert path.stat().st_size < size / 10


def test_it_is_read_in_pieces_of_any_size(tmp_path: Path) -> None:
    content = os.urandom(2 * FRAME + 5)
    seal(tmp_path / "part", content)
    reader = SealedReader(tmp_path / "part", KEY, "base")
    pieces = [reader.read(7), reader.read(FRAME), reader.read(0)]
    while piece := reader.read(10_000):
        pieces.append(piece)
    assert b"".join(pieces) == content


def test_memory_stays_bounded_for_text_that_packs_well(tmp_path: Path) -> None:
    with SealedWriter(tmp_path / "part", KEY, "base") as file:
        for _ in range(64):
            file.write(bytes(FRAME))
    reader = SealedReader(tmp_path / "part", KEY, "base")
    assert (tmp_path / "part").stat().st_size < FRAME
    assert len(reader.read(10)) == 10
    assert len(reader._left) <= FRAME


def test_plain_text_is_not_in_the_file(tmp_path: Path) -> None:
    seal(tmp_path / "part", b"zebracrossing")
    assert b"zebra" not in (tmp_path / "part").read_bytes()


def frames(path: Path) -> tuple[bytes, list[bytes]]:
    content = path.read_bytes()
    head, rest = content[: len(FORM) + SALT], content[len(FORM) + SALT :]
    return head, [rest[at : at + FRAME + TAG] for at in range(0, len(rest), FRAME + TAG)]


@pytest.mark.parametrize(
    "change",
    [
        "cut in a frame", "last frame gone", "all frames gone", "frames exchanged", "frame twice", "bit", "head",
        "more", "empty",
    ],
)  # fmt: skip
def test_a_changed_file_does_not_open(tmp_path: Path, change: str) -> None:
    path = tmp_path / "part"
    seal(path, os.urandom(3 * FRAME + 99))
    head, parts = frames(path)
    assert len(parts) == 4
    match change:
        case "cut in a frame":
            parts[-1] = parts[-1][:-1]
        case "last frame gone":
            parts.pop()
        case "all frames gone":
            parts.clear()
        case "frames exchanged":
            parts[0], parts[1] = parts[1], parts[0]
        case "frame twice":
            parts.insert(1, parts[0])
        case "bit":
            parts[2] = bytes([parts[2][0] ^ 1]) + parts[2][1:]
        case "head":
            head = head[:-1] + bytes([head[-1] ^ 1])
        case "more":
            parts.append(b"x")
        case "empty":
            head, parts = b"", []
    path.write_bytes(head + b"".join(parts))
    with pytest.raises(BadSeal):
        opened(path)


def test_another_name_or_key_does_not_open_it(tmp_path: Path) -> None:
    path = tmp_path / "part"
    seal(path, b"text")
    assert opened(path) == b"text"
    for name, key in (("keys", KEY), ("base", bytes(32))):
        with pytest.raises(BadSeal):
            opened(path, name, key)


def test_a_writer_that_fails_leaves_no_file(tmp_path: Path) -> None:
    file = SealedWriter(tmp_path / "part", KEY, "base")
    file.write(os.urandom(2 * FRAME))
    file.__exit__(RuntimeError, RuntimeError(), None)
    assert list(tmp_path.iterdir()) == []
