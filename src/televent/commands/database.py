"""The operator's commands about the store: migrations, rebuilds, verification, traces, and the check-up."""

from __future__ import annotations

import sys
from typing import Any

import rich_click as click

from televent.commands.accounts import opened, show
from televent.runtime.database import Chosen, OperatorError, database, session_url


@click.group()
def migrate() -> None:
    """Migrations of the database schema."""


@migrate.command("up")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def migrate_up(chosen: Chosen, as_json: bool) -> None:
    """Apply all pending migrations."""
    _migrate(chosen, "up", 0, as_json)


@migrate.command("down")
@click.option("--steps", type=click.IntRange(1), default=1, show_default=True, help="How many to take back.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.confirmation_option(prompt="This drops tables and the data in them. Go on?")
@click.pass_obj
def migrate_down(chosen: Chosen, steps: int, as_json: bool) -> None:
    """Take back the newest migrations."""
    _migrate(chosen, "down", steps, as_json)


def _migrate(chosen: Chosen, direction: str, steps: int, as_json: bool) -> None:
    from televent.adapters.postgres.schema import migrate as runner
    from televent.adapters.postgres.schema.migration_files import MigrationError

    settings = chosen.settings()
    with database(settings) as url:
        session = session_url(settings, url)
        try:
            done = runner.up(session) if direction == "up" else runner.down(session, steps)
        except MigrationError as error:
            raise OperatorError(str(error)) from error
    values = [{"version": each.version, "name": each.name, "seconds": each.seconds} for each in done]
    show(values, as_json, [f"{each.version} {each.name} ({each.seconds:.2f} s)" for each in done] or ["Nothing to do."])


@migrate.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def migrate_status(chosen: Chosen, as_json: bool) -> None:
    """List the migrations, applied and pending."""
    from televent.adapters.postgres.schema import migrate as runner

    with database(chosen.settings()) as url:
        rows = runner.status(url)
    values = [{"version": each.version, "name": each.name, "state": each.state} for each in rows]
    show(values, as_json, [f"{each.version}  {each.state:<8}  {each.name}" for each in rows])


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def rebuild(chosen: Chosen, name: str, as_json: bool) -> None:
    """Rebuild the projection NAME from the store, beside the live one, while writes continue."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from televent.adapters.postgres.followers.rebuild import names
    from televent.adapters.postgres.followers.rebuild import rebuild as run
    from televent.application.event_store.mapper import UnreadableFact
    from televent.ical.queries.occurs import season_of
    from televent.runtime.compose import FOLLOWERS

    if name not in names(FOLLOWERS):
        raise click.BadParameter(f"{name} is none of {', '.join(names(FOLLOWERS))}", param_hint="NAME")

    with (
        opened(chosen) as core,
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        ) as progress,
    ):
        task = progress.add_task(f"rebuilding {name}", total=None)
        try:
            result = run(
                core.pool,
                core.store.facts,
                name,
                lambda done, total: progress.update(task, completed=done, total=total),
                followers=FOLLOWERS,
                season=season_of(core.backend.clock()),
                direct=core.direct,
            )
        except UnreadableFact as error:
            raise OperatorError(f"Nothing is changed: a fact cannot be read ({error}).") from error
    value = {"projection": name, "events": result.events, "differing_rows": result.differing}
    line = f"{name}: {result.events} events replayed, {result.differing} rows differed and were corrected."
    show(value, as_json, [line])


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def verify(chosen: Chosen, as_json: bool) -> None:
    """Verify that no event was changed: compute the hash chain of every stream again."""
    from televent.adapters.postgres.event_store.verify import broken_chains

    with opened(chosen) as core:
        checked, broken = broken_chains(core.pool)
    value: dict[str, Any] = {"events": checked, "broken": [str(each) for each in broken]}
    lines = [f"{checked} events, every hash chain is intact."]
    if broken:
        lines = [f"{checked} events; {len(broken)} streams were tampered with:", *map(str, broken)]
    show(value, as_json, lines)
    if broken:
        sys.exit(1)


@click.command()
@click.argument("trace_id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def trace(chosen: Chosen, trace_id: str, as_json: bool) -> None:
    """Show all that a request caused: TRACE_ID is the X-Request-ID of its answer, or a correlation id."""
    from televent.adapters.postgres.event_store.trace import steps_of

    with opened(chosen) as core:
        steps = steps_of(core.pool, trace_id)
    if not steps:
        raise OperatorError(f"There are no facts or messages with the correlation id {trace_id!r}.")
    values = [{"at": each.at, "what": each.what, "where": each.where, "detail": each.detail} for each in steps]
    show(values, as_json, [f"{each.at:%H:%M:%S.%f}  {each.what:<28} {each.where}  {each.detail}" for each in steps])


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def doctor(chosen: Chosen, as_json: bool) -> None:
    """Check everything that the installation needs, and report what is wrong."""
    from televent.commands.checkup import check_up

    findings = check_up(chosen.settings())
    values = [{"check": name, "ok": ok, "detail": detail} for name, ok, detail in findings]
    show(values, as_json, [f"{'ok ' if ok else 'BAD'}  {name:<12} {detail}" for name, ok, detail in findings])
    if not all(ok for _, ok, _ in findings):
        sys.exit(1)


COMMANDS: tuple[click.Command, ...] = (migrate, rebuild, verify, trace, doctor)
