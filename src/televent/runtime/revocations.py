"""The end of what the register of revocations keeps (ADR 97)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from televent.adapters.backups.register import Register
from televent.adapters.person_keys.revoked import FileRevocations
from televent.runtime.compose import Core
from televent.runtime.person_keys import backup_keys_place, revoked_place

UNKNOWN_BACKUPS: Final = timedelta(days=366)
"""Min time for which a revocation is kept where it is not known which backups there are."""


def prune_register(core: Core, now: datetime) -> int:
    """Forgets the revocations that no backup can undo any more, because each of them is younger; returns the number of
    days. Raises OSError."""
    settings = core.settings
    places = [revoked_place(settings.person_keys)]
    kept_for = max(UNKNOWN_BACKUPS, 2 * timedelta(days=settings.backup_days))
    oldest = now
    if settings.backup_dir is not None:
        keys = backup_keys_place(settings, settings.backup_dir)
        places.append(revoked_place(keys))
        kept_for = timedelta(days=settings.backup_days)
        oldest = min((use.since for use in Register(keys).uses()), default=now)
    # A day more: a revocation is noted before it is made.
    before = (min(oldest, now - kept_for) - timedelta(days=1)).date()
    return sum(FileRevocations(each).prune(before) for each in places if each is not None)
