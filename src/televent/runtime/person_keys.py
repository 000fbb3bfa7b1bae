"""Where the keys of persons are: in files apart from the database, or in the database."""

from __future__ import annotations

from pathlib import Path

from televent.adapters.person_keys.files import FileVault, holds_keys
from televent.adapters.person_keys.masters import FileMasters, Masters
from televent.application.event_store.key_vault import MasterKeyMissing
from televent.runtime.database import OperatorError
from televent.setting_formats import master_keys
from televent.settings import Settings


def keys_place(settings: Settings) -> Path | None:
    """The directory of the keys; None where they are in the database. With the embedded database they are apart without
    any setting: it is in the data directory, and so are they."""
    if settings.person_keys is not None:
        return settings.person_keys.absolute()
    return settings.data_dir.absolute() / "person-keys" if settings.database_url is None else None


def with_keys(settings: Settings) -> Settings:
    """The settings of a process that opens the database itself: the directory of the keys is among them."""
    return settings.model_copy(update={"person_keys": keys_place(settings)})


def in_data_directory(settings: Settings, place: Path) -> Settings:
    """The settings with another path of the same data directory, also for the keys where they are in it."""
    keys, data = settings.person_keys, settings.data_dir.absolute()
    if keys is not None and keys.absolute().is_relative_to(data):
        keys = place / keys.absolute().relative_to(data)
    return settings.model_copy(update={"data_dir": place, "person_keys": keys})


def vault_of(settings: Settings) -> FileVault | None:
    """The vault of ``settings.person_keys``; None without that setting. Raises OperatorError."""
    place = settings.person_keys
    if place is None:
        return None
    try:
        return FileVault(place.absolute(), _master(settings))
    except (MasterKeyMissing, OSError) as error:
        raise OperatorError(f"the keys of persons in {place} cannot be used: {error}") from error


def revoked_place(keys: Path | None) -> Path | None:
    """The register of revocations, in a directory of keys: that of persons, or that of backups, which has a copy. None:
    there is no such directory, because the keys are in the database."""
    return None if keys is None else keys.absolute() / "revoked"


def backup_keys_place(settings: Settings, backups: Path) -> Path:
    """The directory with the keys of the backups in ``backups``: beside it, so that a copy of it takes no key along.

    With TELEVENT_BACKUP_DIR it is beside that one for all backups, because there the worker ends their time."""
    if settings.backup_keys is not None:
        return settings.backup_keys.absolute()
    backups = (settings.backup_dir or backups).absolute()
    return backups.with_name(f"{backups.name}.keys")


def backup_vault_of(settings: Settings, backups: Path) -> FileVault:
    """The vault with the keys of the backups in ``backups``. Raises OperatorError."""
    place = backup_keys_place(settings, backups)
    try:
        return FileVault(place, _master(settings, place))
    except (MasterKeyMissing, OSError) as error:
        raise OperatorError(f"the keys of backups in {place} cannot be used: {error}") from error


def backup_vaults(settings: Settings) -> list[FileVault]:
    """The vaults with keys of backups, which the same master key wraps. Raises OperatorError where the directory of
    backups is not there: without it their keys would be lost with the old master key."""
    if settings.backup_dir is None:
        return []
    if not (settings.backup_dir / "base").is_dir():
        raise OperatorError(
            f"{settings.backup_dir} (TELEVENT_BACKUP_DIR) is not there. The keys of its backups are to be wrapped again"
            " with the others: mount it first."
        )
    return [backup_vault_of(settings, settings.backup_dir)]


def master_file(settings: Settings) -> Path:
    """The file of the master key, where it is not in the environment."""
    return (settings.master_key_file or settings.data_dir.absolute() / "master-key").absolute()


def _master(settings: Settings, *more: Path) -> Masters:
    if settings.master_key is not None:
        return Masters(master_keys(settings.master_key.get_secret_value()))
    places = [settings.person_keys, *more]
    if settings.backup_dir is not None:
        places.append(backup_keys_place(settings, settings.backup_dir))
    # A new master key beside keys that an older one has wrapped would hide that the older one is lost.
    first = not any(place is not None and holds_keys(place.absolute()) for place in places)
    return FileMasters(master_file(settings), first=first)
