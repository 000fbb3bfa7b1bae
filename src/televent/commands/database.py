"""The operator's commands about the store: migrations, traces, and the check-up."""

from __future__ import annotations

import sys

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


COMMANDS: tuple[click.Command, ...] = (migrate, trace, doctor)
