"""This program in a place that every account may read, with the interpreter that runs the tests."""

from __future__ import annotations

import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src"
LEFT_OUT = ("site-packages", "test", "idlelib", "tkinter", "config-*", "__pycache__")


@contextmanager
def open_program() -> Iterator[tuple[Path, dict[str, str]]]:
    """The interpreter, and the variables that it needs to find its libraries. The interpreter of a developer often lies
    below a home that is closed to others, so its files are copied; so is what else is closed."""
    place = Path(tempfile.mkdtemp(prefix="televent-program-", dir="/tmp"))
    place.chmod(0o755)
    try:
        stdlib = Path(sysconfig.get_path("stdlib"))
        shutil.copytree(stdlib, place / "lib" / stdlib.name, ignore=shutil.ignore_patterns(*LEFT_OUT))
        for library in Path(sys.base_prefix, "lib").glob("libpython*.so*"):
            shutil.copy2(library, place / "lib")
        python = Path(shutil.copy2(Path(sys.executable).resolve(), place / stdlib.name))
        ours = shutil.copytree(SOURCES, place / SOURCES.name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(SOURCES.parent / "migrations", place / "migrations")
        libraries = [_readable(Path(sysconfig.get_path("purelib")), place), ours]
        # An earlier start as root has left bytecode that only root can read.
        (bytecode := ours / "televent" / "__pycache__").mkdir(mode=0o755)
        (bytecode / f"cli.{sys.implementation.cache_tag}.pyc").touch(mode=0o600)
        yield (
            python,
            {
                "PYTHONHOME": str(place),
                "LD_LIBRARY_PATH": str(place / "lib"),
                "PYTHONPATH": ":".join(map(str, libraries)),
            },
        )
    finally:
        shutil.rmtree(place)


def _readable(directory: Path, place: Path) -> Path:
    """The directory itself where others may enter it, else a copy."""
    if all(each.stat().st_mode & 0o001 for each in (directory, *directory.parents)):
        return directory
    return Path(shutil.copytree(directory, place / directory.name, ignore=shutil.ignore_patterns("__pycache__")))
