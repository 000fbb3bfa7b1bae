"""The operator's command that restores a backup."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from televent.commands.backups import JSON, chosen_directory, told
from televent.runtime.database import Chosen

if TYPE_CHECKING:
    from televent.runtime.backups.restored_state import Restored


@click.command("restore")
@click.argument("backup")
@click.option("--data-dir", "new", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="A new or empty directory for the restored data.")  # fmt: skip
@click.option("--from", "directory", type=click.Path(exists=True, file_okay=False, path_type=Path), default=None,
              help="The directory of the backups (default: TELEVENT_BACKUP_DIR).")  # fmt: skip
@click.option("--to-time", "time", metavar="TIME", default=None,
              help="The state at this time, such as 2026-11-23T14:05:00+01:00 (without an offset: UTC).")  # fmt: skip
@click.option("--to-position", "position", type=click.IntRange(0), default=None,
              help="The state after the fact with this position of the log.")  # fmt: skip
@click.option("--to-backup", "own_moment", is_flag=True, help="The state at the end of the backup itself.")
@JSON
@click.pass_obj
def restore(
    chosen: Chosen,
    backup: str,
    new: Path,
    directory: Path | None,
    time: str | None,
    position: int | None,
    own_moment: bool,
    as_json: bool,
) -> None:
    """Restore BACKUP ("latest": the newest that fits) into a new data directory, as late as the archived WAL reaches.

    People who were erased since are erased again, keys and passwords that were revoked since are revoked again, and
    messages to people are held back. Nothing is started: look at the report, then start Televent on the new directory.
    Exit code 1: the facts are not whole.
    """
    import json

    from televent.adapters.backups.shelf import Shelf
    from televent.adapters.postgres.backup.recovery import Target
    from televent.runtime.backups.restoring import chosen_backup, restore, target_of

    if sum((time is not None, position is not None, own_moment)) > 1:
        raise click.UsageError("Give one of --to-time, --to-position and --to-backup.")
    settings = chosen.settings()
    place = chosen_directory(settings, directory)
    target = Target(own_moment, _moment(time) if time is not None else None)
    manifest = chosen_backup(Shelf(place), backup, target, position)
    if position is not None:
        target = target_of(manifest, position)
    with told("unpacking") as progress:
        done = restore(
            settings, place, manifest, target, new.absolute(), progress, lambda text: click.echo(text, err=True)
        )
    click.echo(json.dumps(asdict(done), indent=2, default=str) if as_json else "\n".join(_lines(done, new)))
    if done.broken or done.other_history:
        sys.exit(1)


@click.command("after-restore")
@click.option("--erased", "lists", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A list of the erased, such as `erased` beside the keys of backups.")  # fmt: skip
@JSON
@click.confirmation_option(prompt="All messages that wait for people are held back. Go on?")
@click.pass_obj
def after_restore(chosen: Chosen, lists: tuple[Path, ...], as_json: bool) -> None:
    """After you restored a database yourself, and before anything is started: do what `televent restore` does then.

    It verifies the facts, erases again who was erased since (their keys are destroyed, or they are on a list), revokes
    again what was revoked since, and holds back messages to people.
    """
    import json

    from televent.adapters.backups.register import read_erased
    from televent.commands.accounts import opened
    from televent.runtime.backups.restored_state import Restored, settle
    from televent.runtime.backups.revoked_again import listed_revoked

    listed = set().union(*map(read_erased, lists))
    done = Restored("The database")
    with opened(chosen) as core:
        revoked = listed_revoked(core.settings, core.settings.backup_dir)
        settle(core, listed, revoked, core.settings, done, lambda text: click.echo(text, err=True))
    click.echo(json.dumps(asdict(done), indent=2, default=str) if as_json else "\n".join(_lines(done, None)))
    if done.broken or done.other_history:
        sys.exit(1)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no time such as 2026-11-23T14:05:00+01:00", param_hint="TIME") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _lines(done: Restored, new: Path | None) -> list[str]:
    stands = f"{done.moment:%Y-%m-%d %H:%M:%S.%f} UTC" if done.moment is not None else "before the first fact"
    lines = [
        f"{done.backup} {f'is restored in {new}' if new else 'has'}: {done.facts} facts, up to position"
        f" {done.position}.",
        f"The newest fact was recorded at {stands}.",
    ]
    if done.ended_early:
        lines.append("Nothing was written between that fact and the time that you gave, or the archive ends before it.")
    if done.head is None:
        lines.append("No published head of the log is known here, so it is not known what is lost.")
    elif done.lost:
        lines += [
            f"{done.lost} facts are lost that were published at {done.head_at:%Y-%m-%d %H:%M:%S} UTC (the head of"
            f" {done.head}); perhaps more that were recorded after it.",
            "New heads are signed after `televent log restart`, which admits the loss.",
        ]
    elif done.other_history:
        lines.append(f"WRONG: the facts are not those that the head of {done.head} was published for.")
    else:
        lines.append(f"All {done.head} facts of the newest published head are there ({done.head_at:%Y-%m-%d %H:%M}).")
    lines.append(
        f"WRONG: {len(done.broken)} streams have a broken hash chain: {', '.join(done.broken[:5])}"
        if done.broken
        else "Every hash chain is intact."
    )
    if done.erased:
        lines.append(f"{done.erased} people who were erased since are erased again.")
    if done.asked_again:
        lines.append(
            f"{done.asked_again} people had asked for their erasure then. Perhaps they changed their mind since, so"
            " their thirty days begin again, and they are told."
        )
    if done.held:
        lines.append(
            f"{done.held} messages to people are held back: perhaps they were sent already. Look at them with `televent"
            " outbox list`; `televent outbox requeue` sends, `drop` drops them."
        )
    return [*lines, *done.notes, *([f"Start it with: televent --data-dir {new} up"] if new else [])]


COMMANDS: tuple[click.Command, ...] = (restore, after_restore)
