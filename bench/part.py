"""What every part of the bench gets and gives."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


@dataclass
class Task:
    """A part's circumstances. What it starts it hands to ``running``, which ends it, whatever happens. ``place`` is a
    directory of its own; ``load`` the load average that the run found on the machine."""

    options: argparse.Namespace
    place: Path
    console: Console
    running: ExitStack
    load: float

    def say(self, text: str) -> None:
        """For whoever waits."""
        self.console.print(text, highlight=False, markup=False)

    @contextmanager
    def progress(self, description: str, total: int) -> Iterator[Progress]:
        """A bar; its task is the only one. Where nobody looks, a line at the end."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console) as progress:
            progress.add_task(description, total=total)
            yield progress


FIRST_TASK = TaskID(0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``text`` is what stands in the documentation; ``failed``: Televent did not do the work, or not rightly."""

    text: str
    failed: bool


def machine(postgres: str, load: float, *more: str) -> str:
    """What the numbers were measured on."""
    cores = len(os.sched_getaffinity(0))
    parts = [f"{cores} cores", f"Python {platform.python_version()}"]
    if postgres:
        parts.append(f"PostgreSQL {postgres}")
    parts += [*more, f"load average {load:.1f} before the run"]
    return f"Measured {datetime.now(UTC):%Y-%m-%d}: {', '.join(parts)}. Read ratios, not digits."


def listed(lines: list[str], nothing: str = "none") -> str:
    """Lines as a list."""
    return "\n".join(f"- {line}" for line in lines or [nothing])
