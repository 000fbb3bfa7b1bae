"""The operator's commands about the followers of the log: show their positions, and restart one."""

from __future__ import annotations

from datetime import datetime

import rich_click as click

from televent.commands.accounts import opened, show
from televent.runtime.database import Chosen, OperatorError


@click.group()
def followers() -> None:
    """Projections and policies that follow the log."""


@followers.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def followers_list(chosen: Chosen, as_json: bool) -> None:
    """Show how far behind each follower is, and its error if it fails."""
    from televent.adapters.postgres.followers.tracking import statuses

    with opened(chosen) as core, core.pool.connection() as connection:
        found, now = statuses(connection), core.backend.clock()
    values = [
        {
            "name": each.name,
            "position": each.position,
            "behind": each.behind,
            "seconds": seconds(each.since, now),
            "error": each.error,
            "unreadable": each.unreadable,
        }
        for each in found
    ]
    lines = [
        f"{each.name:<12} {each.behind:>6} events behind"
        + (f", {seconds(each.since, now):.0f} s" if each.behind else "")
        + (f"; it fails: {each.error}" if each.error else "")
        + (f"; without {each.unreadable} facts that cannot be read" if each.unreadable else "")
        for each in found
    ]
    show(values, as_json, lines)


@followers.command("restart")
@click.argument("name")
@click.option("--position", type=click.IntRange(min=0), default=0, help="The last event that is not processed again.")
@click.pass_obj
def followers_restart(chosen: Chosen, name: str, position: int) -> None:
    """Restart the follower NAME from a position of the log (default: the beginning).

    A projection writes the same rows again. A policy writes again only the messages that are no longer in the outbox:
    completed messages are kept there for seven days.
    """
    from televent.adapters.postgres.followers.tracking import restart

    with opened(chosen) as core:
        known = [each.name for each in core.followers]
        if name not in known:
            raise OperatorError(f"There is no follower {name!r}; the followers are {', '.join(sorted(known))}.")
        restart(core.pool, name, position)
    click.echo(f"{name} continues from {position}.")


def seconds(since: datetime | None, now: datetime) -> float:
    """Seconds that the oldest unread event has waited; 0 without one."""
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0


COMMANDS = (followers,)
