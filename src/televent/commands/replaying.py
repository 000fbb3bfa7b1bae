"""The operator's commands that read the whole log: rebuild, verify, and the kinds of events that a store has."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from televent.commands.accounts import opened, show
from televent.commands.log_proofs import log_group
from televent.commands.postmaster import safe
from televent.runtime.database import Chosen, OperatorError

if TYPE_CHECKING:
    from televent.adapters.postgres.replay.parts import Result

SHOWN: Final = 200
"""Max rows and accounts that are printed; JSON has up to 1,000."""
EVERY: Final = 5.0
"""Seconds between two lines of progress where no terminal shows it."""

PROCESSES = click.option(
    "--processes", type=click.IntRange(1, 64), default=None, help="How many processes fold; default: one for each core."
)
RESUME = click.option("--resume", is_flag=True, help="Go on with the same replay, which was interrupted.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@PROCESSES
@RESUME
@JSON
@click.pass_obj
def rebuild(chosen: Chosen, names: tuple[str, ...], processes: int | None, resume: bool, as_json: bool) -> None:
    """Rebuild the projections NAME... ("all": every one) from the store, beside the live rows, while writes continue.

    Rows that are right are left alone. An account whose facts cannot be read keeps its rows, and is named.
    """
    from televent.adapters.postgres.followers.rebuild import rebuild_projections

    found = _replayed(chosen, names, processes, resume, f"rebuilding {', '.join(names)}", rebuild_projections)
    label = ", ".join(names)
    lines = [f"{label}: {found.events} events replayed, {found.differing} rows differed and were corrected."]
    show({"projection": label, **_value(found)}, as_json, [*lines, *_lines(found)])
    if found.troubled:
        sys.exit(1)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--projections", is_flag=True, help="Also compare each row of the projections with the facts.")
@PROCESSES
@RESUME
@JSON
@click.pass_obj
def verify(
    chosen: Chosen, names: tuple[str, ...], projections: bool, processes: int | None, resume: bool, as_json: bool
) -> None:
    """Verify that no event was changed: compute the hash chain of every stream again. It changes nothing.

    With --projections every live row (of NAME..., or of all projections) is compared with what the facts say.
    """
    from televent.adapters.postgres.event_store.verify import broken_chains
    from televent.adapters.postgres.followers.rebuild import verify_projections

    if (names or resume or processes) and not projections:
        raise click.UsageError("NAME, --processes and --resume are for --projections.")
    with opened(chosen) as core, _told("verifying chains") as progress:
        checked, broken = broken_chains(core.pool, progress)
    value: dict[str, Any] = {"events": checked, "broken": [str(each) for each in broken]}
    lines = [f"{checked} events, every hash chain is intact."]
    if broken:
        lines = [f"{checked} events; {len(broken)} streams were tampered with:", *map(str, broken)]
    wrong = bool(broken)
    if projections:
        found = _replayed(chosen, names or ("all",), processes, resume, "comparing rows", verify_projections)
        value["projections"] = _value(found)
        wrong = wrong or bool(found.differing or found.troubled)
        waiting = f" {found.behind} wait to be indexed again by a worker." if found.behind else ""
        lines.append(f"{found.rows} rows compared with {found.events} events, {found.differing} differ.{waiting}")
        lines += _lines(found)
    show(value, as_json, lines)
    if wrong:
        sys.exit(1)


@log_group.command("versions")
@JSON
@click.pass_obj
def versions(chosen: Chosen, as_json: bool) -> None:
    """List the kinds and versions of events in the store, and which of them this program cannot read."""
    from televent.adapters.postgres.event_store.versions import stored_versions

    with opened(chosen) as core:
        found = stored_versions(core.pool)
    values = [
        {"name": each.name, "events": each.events, "first": each.first, "last": each.last, "read_as": each.read_as}
        for each in found
    ]
    lines = [
        f"{each.events:>10}  {each.name:<32} {each.first:%Y-%m-%d} – {each.last:%Y-%m-%d}"
        + ("" if each.read_as == each.name else f"  read as {each.read_as}" if each.read_as else "  UNKNOWN")
        for each in found
    ]
    show(values, as_json, lines or ["There are no events."])
    if not all(each.read_as for each in found):
        sys.exit(1)


def _replayed(
    chosen: Chosen,
    names: tuple[str, ...],
    processes: int | None,
    resume: bool,
    title: str,
    run: Callable[..., Result],
) -> Result:
    from televent.adapters.postgres.followers.rebuild import names as known
    from televent.adapters.postgres.replay.processes import WorkerLost
    from televent.adapters.postgres.replay.replay import NothingToResume, OtherVersion
    from televent.ical.queries.occurs import season_of
    from televent.runtime.compose import FOLLOWERS

    every = known(FOLLOWERS)
    for name in names:
        if name not in (*every, "all"):
            raise click.BadParameter(f"{name} is none of all, {', '.join(every)}", param_hint="NAME")
    with opened(chosen) as core, _told(title) as progress:
        try:
            return run(
                core.pool,
                core.store.facts,
                progress,
                wanted=every if "all" in names else sorted(set(names), key=every.index),
                followers=FOLLOWERS,
                season=season_of(core.backend.clock()),
                direct=core.direct,
                processes=processes or os.cpu_count() or 1,
                resume=resume,
            )
        except NothingToResume as error:
            raise OperatorError(f"There is nothing to resume: {error}.") from error
        except OtherVersion as error:
            raise OperatorError(f"Nothing is compared: {error}. Run televent rebuild for it.") from error
        except WorkerLost as error:
            raise OperatorError(f"The replay stopped: {error}. The same command with --resume goes on.") from error


@contextmanager
def _told(title: str) -> Iterator[Callable[[int, int], None]]:
    """Shows percent, rate and time left: as a bar on a terminal, else as a line every EVERY seconds."""
    began = last = time.monotonic()
    first: int | None = None

    def line(done: int, total: int) -> None:
        nonlocal first, last
        now = time.monotonic()
        first = done if first is None else first
        if now - last >= EVERY and done > first:
            last = now
            rate = (done - first) / (now - began)
            left = (total - done) / rate
            click.echo(
                f"{title}: {done} of {total} events, {100 * done // max(total, 1)} %, {rate:.0f}/s, {left:.0f} s left",
                err=True,
            )

    if not sys.stderr.isatty():
        yield line
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(show_speed=True), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=None)

        def shown(done: int, total: int) -> None:
            nonlocal first
            if first is None:
                # A resumed replay begins in the middle; its rate must not count what was done before.
                first = done
                bar.reset(task, total=total, completed=done)
            rate = (done - first) / max(time.monotonic() - began, 0.001)
            bar.update(task, completed=done, total=total, description=f"{title}, {rate:.0f} events/s")

        yield shown


def _value(found: Result) -> dict[str, Any]:
    from televent.adapters.postgres.replay.runs import difference_value, trouble_value

    return {
        "events": found.events,
        "rows": found.rows,
        "differing_rows": found.differing,
        "accounts_in_trouble": found.troubled,
        "rows_waiting_for_index": found.behind,
        "differences": [difference_value(each) for each in found.differences],
        "troubles": [trouble_value(each) for each in found.troubles],
    }


def _lines(found: Result) -> list[str]:
    lines = []
    for each in found.differences[:SHOWN]:
        columns = f" ({', '.join(each.columns)})" if each.columns else ""
        lines.append(safe(f"{each.kind:<11} {each.table} {' '.join(map(str, each.key))}{columns}"))
    if found.differing > SHOWN:
        lines.append(f"… and {found.differing - SHOWN} more rows")
    lines += [
        safe(f"left alone  account {each.tenant}, {each.projection}: {each.reason}") for each in found.troubles[:SHOWN]
    ]
    if found.troubled > SHOWN:
        lines.append(f"… and {found.troubled - SHOWN} more accounts")
    return lines


COMMANDS: tuple[click.Command, ...] = (rebuild, verify)
