"""A directory of backups with the keys that belong to it, and the end of their time."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from televent.adapters.backups.register import KeyUse, Register
from televent.adapters.backups.shelf import Shelf
from televent.adapters.person_keys.files import FileVault
from televent.runtime.database import OperatorError
from televent.runtime.person_keys import backup_keys_place, backup_vault_of
from televent.runtime.privileges import chosen_account
from televent.settings import Settings


@dataclass(frozen=True, slots=True)
class Place:
    """A directory of backups with all that belongs to it."""

    shelf: Shelf
    vault: FileVault
    register: Register
    partial: dict[str, int] = field(default_factory=dict)
    """How much of a segment this process has archived while it was still being written."""


def place_of(settings: Settings, directory: Path) -> Place:
    """The directory of backups, made where it does not exist. Raises OperatorError."""
    directory = directory.absolute()
    make_directories(settings, directory)
    return Place(
        Shelf(directory), backup_vault_of(settings, directory), Register(backup_keys_place(settings, directory))
    )


def make_directories(settings: Settings, directory: Path | None) -> None:
    """Makes the directory of backups and that of their keys, for the account of the services, which perhaps cannot.
    ``directory`` None: there is nothing to make. Raises OperatorError."""
    if directory is None:
        return
    if directory.absolute().is_relative_to(settings.data_dir.absolute()):
        raise OperatorError(f"{directory} is in the data directory: backups there would be lost with it. Name another.")
    try:
        account = chosen_account(settings)
        for place in (directory.absolute(), backup_keys_place(settings, directory)):
            made = not place.exists()
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            if made and account is not None:
                os.chown(place, account.uid, account.gid)
        Shelf(directory.absolute()).prepare()
    except OSError as error:
        raise OperatorError(f"the directory of backups {directory} cannot be used: {error}") from error


def new_key(place: Place, use: KeyUse) -> bytes:
    """A new key for what ``use`` says. Raises OperatorError, OSError, Outage."""
    # First what ends the key's time, then the key: no key is without an end.
    place.register.note(use)
    key = place.vault.make(use.key_id, os.urandom(32))
    if key is None:
        raise OperatorError(f"The key of {use.what} is destroyed already: the clock of this machine went back.")
    return key


def expire(place: Place, now: datetime, days: int) -> list[str]:
    """Destroys the keys whose time is over, and deletes what they open where it is here; returns what that was. Copies
    elsewhere are closed with it. The newest backup here has twice the time, so that a machine that was off, or a clock
    that runs ahead, does not close the last one before there is another. Raises OSError, Outage."""
    gone = []
    whole = [kept.manifest for kept in place.shelf.listed() if kept.manifest is not None and not kept.trouble]
    newest = max(whole, key=lambda each: each.began).name if whole else ""
    for use in place.register.uses():
        last = bool(newest) and use.what.partition("/")[2] == newest
        if use.since + timedelta(days=2 * days if last else days) > now:
            continue
        place.vault.destroy(use.key_id)
        kind, _, rest = use.what.partition("/")
        if kind == "base":
            place.shelf.remove(rest)
        elif kind == "wal":
            place.shelf.drop_day(rest)
        place.register.drop(use)
        gone.append(use.what)
    return gone


def freshness(settings: Settings, now: datetime) -> tuple[bool, str]:
    """Whether backups are made as they should be, and a sentence about it. Raises OSError."""
    if settings.backup_dir is None:
        return True, "none are made here: TELEVENT_BACKUP_DIR is not set"
    whole = [kept.manifest for kept in Shelf(settings.backup_dir.absolute()).listed() if not kept.trouble]
    newest = max((manifest.finished for manifest in whole if manifest is not None), default=None)
    if newest is None:
        return False, f"there is no backup in {settings.backup_dir}"
    late = settings.backup_hours and now - newest > timedelta(hours=2 * settings.backup_hours)
    return not late, f"the newest is of {newest:%Y-%m-%d %H:%M} UTC" + (", which is too long ago" if late else "")
