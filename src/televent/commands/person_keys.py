"""The operator's commands about the keys of persons, which are kept apart from the database."""

from __future__ import annotations

import rich_click as click

from televent.commands.accounts import opened, show
from televent.runtime.database import Chosen, OperatorError


@click.group()
def keys() -> None:
    """Keys of persons, and the master key that wraps them."""


@keys.command("rotate")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def rotate(chosen: Chosen, as_json: bool) -> None:
    """Wrap the keys of all persons and backups with a new master key, and forget the old one, while everything runs.

    If it is interrupted, run it again: it goes on where it was. Then copy the new master key to its safe place.
    """
    from televent.application.event_store.key_vault import MasterKeyMissing
    from televent.runtime.person_keys import backup_vaults

    with opened(chosen) as core:
        if core.vault is None:
            raise OperatorError(
                "The keys of persons are in the database. Set TELEVENT_PERSON_KEYS to a directory, the same for all"
                " processes, and start them: the keys move there."
            )
        try:
            # Keys that are still in the database move first.
            core.keys.settle()
            done = core.vault.rotate(
                lambda count: click.echo(f"\r{count} keys", nl=False, err=True), others=backup_vaults(core.settings)
            )
        except (MasterKeyMissing, OSError) as error:
            raise OperatorError(f"The master key is not changed everywhere: {error}") from error
        click.echo(err=True)
        show(
            {"wrapped": done},
            as_json,
            [f"{done} keys are wrapped with the new master key. Keep a copy of it elsewhere."],
        )


COMMANDS: tuple[click.Command, ...] = (keys,)
