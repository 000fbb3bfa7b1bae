"""The input and the result of every part of the bench."""

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
    """The input of a part.

    ``running`` stops every server that the part registers there. ``place`` is the part's own directory. ``load`` is the
    machine's load average before the run.
    """

    options: argparse.Namespace
    place: Path
    console: Console
    running: ExitStack
    load: float

    def say(self, text: str) -> None:
        """Prints a line on the console."""
        self.console.print(text, highlight=False, markup=False)

    @contextmanager
    def progress(self, description: str, total: int) -> Iterator[Progress]:
        """Shows a progress bar with one task, FIRST_TASK. Without a terminal it prints one line at the end."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console) as progress:
            progress.add_task(description, total=total)
            yield progress


FIRST_TASK = TaskID(0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a part: ``text`` is for the documentation; ``failed``: Televent did not do the work correctly."""

    text: str
    failed: bool


def machine(postgres: str, load: float, *more: str) -> str:
    """A sentence about the machine, the versions and the load of the measurement."""
    cores = len(os.sched_getaffinity(0))
    parts = [f"{cores} cores", f"Python {platform.python_version()}"]
    if postgres:
        parts.append(f"PostgreSQL {postgres}")
    parts += [*more, f"load average {load:.1f} before the run"]
    return f"Measured {datetime.now(UTC):%Y-%m-%d}: {', '.join(parts)}. Read ratios, not digits."


def listed(lines: list[str], nothing: str = "none") -> str:
    """The lines as a Markdown list; ``nothing`` stands for an empty one."""
    return "\n".join(f"- {line}" for line in lines or [nothing])
