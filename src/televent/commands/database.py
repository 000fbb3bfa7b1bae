"""Operators' commands about the store: migrations, rebuilds, proofs, traces, the queue, a check-up."""

from __future__ import annotations

import sys
from typing import Any
from uuid import UUID

import rich_click as click

from televent.commands.accounts import opened, show
from televent.runtime.database import Chosen, OperatorError, database


@click.group()
def migrate() -> None:
    """The schema."""


@migrate.command("up")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def migrate_up(chosen: Chosen, as_json: bool) -> None:
    """Apply what is pending."""
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

    with database(chosen.settings()) as url:
        try:
            done = runner.up(url) if direction == "up" else runner.down(url, steps)
        except MigrationError as error:
            raise OperatorError(str(error)) from error
    values = [{"version": each.version, "name": each.name, "seconds": each.seconds} for each in done]
    show(values, as_json, [f"{each.version} {each.name} ({each.seconds:.2f} s)" for each in done] or ["Nothing to do."])


@migrate.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def migrate_status(chosen: Chosen, as_json: bool) -> None:
    """What is applied and what is pending."""
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
    """Make the projection NAME again from the store, beside the live one, while writes go on."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from televent.adapters.postgres.followers.rebuild import names
    from televent.adapters.postgres.followers.rebuild import rebuild as run
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
        result = run(
            core.pool,
            core.store.facts,
            name,
            lambda done, total: progress.update(task, completed=done, total=total),
            followers=FOLLOWERS,
            season=season_of(core.backend.clock()),
        )
    value = {"projection": name, "events": result.events, "differing_rows": result.differing}
    show(value, as_json, [f"{name}: {result.events} events replayed, {result.differing} rows differed and are mended."])


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def restored(chosen: Chosen, as_json: bool) -> None:
    """Say that the database was put back from a backup: every sync token of before is refused from now on.

    A dump restored elsewhere, and recovery to a point in time, are recognised at the next start. Files or a disk put
    back under the same cluster are not: run this then, before clients come back.
    """
    from televent.adapters.postgres.event_store.shard import renew

    with opened(chosen) as core, core.pool.connection() as connection:
        renew(connection)
    show({"incarnation": "new"}, as_json, ["Clients will read their calendars again, whole."])


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def verify(chosen: Chosen, as_json: bool) -> None:
    """Prove that no event was changed: every stream's hash chain is computed again."""
    from televent.adapters.postgres.event_store.verify import broken_chains

    with opened(chosen) as core:
        checked, broken = broken_chains(core.pool)
    value: dict[str, Any] = {"events": checked, "broken": [str(each) for each in broken]}
    lines = [f"{checked} events, every chain whole."]
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
    """The whole walk of a request: TRACE_ID is the X-Request-ID of its answer, or a correlation id."""
    from televent.adapters.postgres.event_store.trace import walk

    with opened(chosen) as core:
        steps = walk(core.pool, trace_id)
    if not steps:
        raise OperatorError(f"nothing is known of {trace_id!r}")
    values = [{"at": each.at, "what": each.what, "where": each.where, "detail": each.detail} for each in steps]
    show(values, as_json, [f"{each.at:%H:%M:%S.%f}  {each.what:<28} {each.where}  {each.detail}" for each in steps])


@click.group()
def outbox() -> None:
    """The messages of the outbox."""


@outbox.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def outbox_list(chosen: Chosen, as_json: bool) -> None:
    """How many messages are in which state, and the reasons of those that failed."""
    with opened(chosen) as core:
        standing, failed = core.outbox.standing(), core.outbox.failed()
    value = {"standing": standing, "failed": [{"id": i, "kind": k, "error": e} for i, k, e in failed]}
    lines = [f"{state:<11} {count}" for state, count in sorted(standing.items())]
    show(value, as_json, [*lines, *(f"{i}  {k}  {e}" for i, k, e in failed)] or ["The outbox is empty."])


@outbox.command("requeue")
@click.argument("outbox_id", type=click.UUID)
@click.pass_obj
def outbox_requeue(chosen: Chosen, outbox_id: UUID) -> None:
    """Try a failed message again."""
    with opened(chosen) as core:
        if not core.outbox.requeue(outbox_id, core.backend.clock()):
            raise OperatorError(f"there is no failed message {outbox_id}")
    click.echo(f"{outbox_id} is pending again.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def doctor(chosen: Chosen, as_json: bool) -> None:
    """Look at everything an installation needs, and say what is wrong."""
    from televent.commands.checkup import check_up

    findings = check_up(chosen.settings())
    values = [{"check": name, "ok": ok, "detail": detail} for name, ok, detail in findings]
    show(values, as_json, [f"{'ok ' if ok else 'BAD'}  {name:<12} {detail}" for name, ok, detail in findings])
    if not all(ok for _, ok, _ in findings):
        sys.exit(1)


COMMANDS: tuple[click.Command, ...] = (migrate, rebuild, restored, verify, trace, outbox, doctor)
