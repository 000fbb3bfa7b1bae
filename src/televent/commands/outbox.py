"""The operator's commands about the outbox: look at messages, retry them, drop them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import rich_click as click

from televent.adapters.postgres.queues.chats.bot_trouble import recent, sentence
from televent.application.messages.outbox import DROPPED, STATES
from televent.commands.accounts import opened, show
from televent.runtime.database import Chosen, OperatorError

SHOWN = ("pending", "processing", "failed")
"""The states of messages that ``list`` shows without --state."""


@click.group()
def outbox() -> None:
    """Messages to people and machines: what waits, what failed, and what to do about it."""


@outbox.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only these. [default: not settled]")
@click.option("--kind", default="", help="Only messages whose kind begins so, such as invitation-card.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def outbox_list(chosen: Chosen, states: Sequence[str], kind: str, limit: int, as_json: bool) -> None:
    """Show the number of messages in each state, how often Telegram asked to wait, and the messages that are not
    settled, the oldest first."""
    with opened(chosen) as core:
        counts = core.outbox.counts()
        rows = core.outbox.listed(states or SHOWN, kind, limit)
        with core.pool.connection() as connection:
            trouble = recent(connection)
    value = {"standing": counts, "telegram": {each.reason: each.calls for each in trouble}, "messages": rows}
    lines = [f"{state:<13} {count}" for state, count in sorted(counts.items())]
    lines += [f"{'telegram':<13} {sentence(trouble)}"] if trouble else []
    lines += [_line(row) for row in rows]
    show(value, as_json, lines or ["The outbox is empty."])


@outbox.command("show")
@click.argument("outbox_id", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def outbox_show(chosen: Chosen, outbox_id: UUID, as_json: bool) -> None:
    """Show all about one message, with its content, which may be personal."""
    with opened(chosen) as core:
        rows = core.outbox.shown(outbox_id)
    if not rows:
        raise OperatorError(f"There is no message {outbox_id}. See: televent outbox list")
    lines = [f"{name:<16} {value}" for row in rows for name, value in row.items() if value is not None]
    show(rows, as_json, lines)


@outbox.command("requeue")
@click.argument("outbox_ids", type=click.UUID, nargs=-1)
@click.option("--failed", "all_failed", is_flag=True, help="All failed messages.")
@click.option("--kind", default="", help="With --failed: only messages whose kind begins so.")
@click.pass_obj
def outbox_requeue(chosen: Chosen, outbox_ids: Sequence[UUID], all_failed: bool, kind: str) -> None:
    """Try messages again that failed or could not be delivered."""
    _check_choice(outbox_ids, all_failed, kind)
    with opened(chosen) as core:
        now = core.backend.clock()
        if all_failed:
            click.echo(f"{core.outbox.requeue_failed(kind, now)} messages are pending again.")
        for each in outbox_ids:
            if not core.outbox.requeue(each, now):
                raise OperatorError(f"There is no failed message {each}.")
            click.echo(f"{each} is pending again.")


@outbox.command("drop")
@click.argument("outbox_ids", type=click.UUID, nargs=-1)
@click.option("--failed", "all_failed", is_flag=True, help="All failed messages.")
@click.option("--kind", default="", help="With --failed: only messages whose kind begins so.")
@click.pass_obj
def outbox_drop(chosen: Chosen, outbox_ids: Sequence[UUID], all_failed: bool, kind: str) -> None:
    """Never deliver messages that wait or failed. Nobody is told; `televent outbox requeue` takes it back."""
    _check_choice(outbox_ids, all_failed, kind)
    with opened(chosen) as core:
        now = core.backend.clock()
        if all_failed:
            click.echo(f"{core.outbox.drop_failed(kind, DROPPED, now)} messages are dropped.")
        for each in outbox_ids:
            if not core.outbox.drop(each, DROPPED, now):
                raise OperatorError(f"No message {each} waits or has failed.")
            click.echo(f"{each} is dropped.")


def _line(row: dict[str, Any]) -> str:
    due = f"attempt {row['attempts']}, due {row['due_at']:%Y-%m-%d %H:%M:%S}"
    return f"{row['id']}  {row['kind']}  {row['state']}, {due}" + (f": {row['error']}" if row["error"] else "")


def _check_choice(outbox_ids: Sequence[Any], all_failed: bool, kind: str) -> None:
    if bool(outbox_ids) == all_failed or (kind and not all_failed):
        raise click.UsageError("Name messages by their ids, or give --failed, perhaps with --kind.")


COMMANDS: tuple[click.Command, ...] = (outbox,)
