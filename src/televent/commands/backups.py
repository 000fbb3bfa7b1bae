"""The operator's commands that make backups and list them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from televent.commands.accounts import opened, show
from televent.runtime.database import Chosen, OperatorError

if TYPE_CHECKING:
    from televent.adapters.backups.shelf import Kept, Shelf
    from televent.settings import Settings

EVERY: Final = 5.0
"""Seconds between two lines of progress where no terminal shows it."""
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
DIRECTORY = click.argument("directory", type=click.Path(file_okay=False, path_type=Path), required=False)


@click.command("backup")
@DIRECTORY
@JSON
@click.pass_obj
def backup(chosen: Chosen, directory: Path | None, as_json: bool) -> None:
    """Make a backup of the embedded database in DIRECTORY (default: TELEVENT_BACKUP_DIR), while everything runs.

    It is compressed, and encrypted with a key of its own, which is kept beside DIRECTORY and destroyed after
    TELEVENT_BACKUP_DAYS.
    """
    from televent.runtime.backups.backing_up import back_up

    place = chosen_directory(chosen.settings(), directory)
    with opened(chosen) as core, told("copying the database") as progress:
        manifest = back_up(core, place, progress)
        until = manifest.began + timedelta(days=core.settings.backup_days)
    value = {"name": manifest.name, "directory": str(place), "bytes": manifest.size, "position": manifest.position,
             "finished": manifest.finished, "kept_until": until,
             "point_in_time": manifest.line is not None}  # fmt: skip
    lines = [f"{manifest.name} is made: {size(manifest.size)} in {place}, kept until {until:%Y-%m-%d %H:%M} UTC."]
    if manifest.line is None:
        lines.append("It can be restored to its own moment only: WAL is archived into TELEVENT_BACKUP_DIR.")
    show(value, as_json, lines)


@click.command("backups")
@DIRECTORY
@click.option("--check", is_flag=True, help="Read every backup, and compare it with what was written.")
@JSON
@click.pass_obj
def backups(chosen: Chosen, directory: Path | None, check: bool, as_json: bool) -> None:
    """List the backups in DIRECTORY (default: TELEVENT_BACKUP_DIR), the oldest first; exit code 1: one is not whole."""
    from televent.adapters.backups.shelf import Shelf

    settings = chosen.settings()
    place = chosen_directory(settings, directory)
    if not (place / "base").is_dir():
        raise OperatorError(f"There are no backups in {place}.")
    shelf = Shelf(place)
    kept = shelf.listed()
    troubles = {each.name: each.trouble for each in kept if each.trouble}
    if check:
        troubles |= _checked(settings, place, [each for each in kept if each.name not in troubles])
    values, lines = [], []
    for each in kept:
        values.append(_value(each, troubles.get(each.name, ""), settings, shelf))
        lines.append(_line(values[-1]))
    show(values, as_json, lines or ["There are no backups."])
    if troubles:
        sys.exit(1)


def _checked(settings: Settings, place: Path, kept: list[Kept]) -> dict[str, str]:
    from televent.adapters.backups.sealing import BadSeal
    from televent.adapters.backups.shelf import Damaged
    from televent.runtime.backups.restoring import check_backup

    found = {}
    for number, each in enumerate(kept, 1):
        click.echo(f"reading {each.name}, {number} of {len(kept)}", err=True)
        assert each.manifest is not None
        try:
            check_backup(settings, place, each.manifest)
        except (BadSeal, Damaged, OSError, OperatorError) as error:
            found[each.name] = str(error)
    return found


def _value(kept: Kept, trouble: str, settings: Settings, shelf: Shelf) -> dict[str, Any]:
    value: dict[str, Any] = {"name": kept.name, "whole": not trouble, "trouble": trouble or None}
    if kept.manifest is not None:
        value |= {
            "finished": kept.manifest.finished,
            "bytes": kept.manifest.size,
            "position": kept.manifest.position,
            "kept_until": kept.manifest.began + timedelta(days=settings.backup_days),
            "any_moment_until": shelf.reached(kept.manifest.line),
        }
    return value


def _line(value: dict[str, Any]) -> str:
    if "finished" not in value:
        return f"{value['name']}  BAD  {value['trouble']}"
    until = value["any_moment_until"]
    time_ = f", any moment until {until:%Y-%m-%d %H:%M:%S}" if until is not None else ", its own moment only"
    return (
        f"{value['name']}  {value['finished']:%Y-%m-%d %H:%M:%S}  {size(value['bytes']):>9}  position"
        f" {value['position']}  kept until {value['kept_until']:%Y-%m-%d}{time_}"
        + (f"  BAD  {value['trouble']}" if value["trouble"] else "")
    )


def chosen_directory(settings: Settings, directory: Path | None) -> Path:
    """The directory of backups. Raises OperatorError where none is named."""
    place = directory or settings.backup_dir
    if place is None:
        raise OperatorError("Name a directory for backups, or set TELEVENT_BACKUP_DIR.")
    return place.absolute()


def size(count: int) -> str:
    """A number of bytes for people."""
    return f"{count / 2**20:.1f} MB" if count < 2**30 else f"{count / 2**30:.2f} GB"


@contextmanager
def told(title: str) -> Iterator[Callable[[int, int], None]]:
    """Shows bytes, percent and time left: as a bar on a terminal, else as a line every EVERY seconds."""
    began = last = time.monotonic()

    def line(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= EVERY and done:
            last = now
            left = (total - done) * (now - began) / done
            click.echo(
                f"{title}: {size(done)} of about {size(total)}, {100 * done // max(total, 1)} %, {left:.0f} s left",
                err=True,
            )

    if not sys.stderr.isatty():
        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


COMMANDS: tuple[click.Command, ...] = (backup, backups)
