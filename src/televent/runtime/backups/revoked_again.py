"""Revokes again, in a restored database, what was revoked after the restored moment (ADR 97)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from televent.adapters.person_keys.revoked import FileRevocations
from televent.adapters.postgres.rows import fetch
from televent.application.event_store.context import Context
from televent.application.refusals import UnknownFeed, WrongPassword
from televent.application.revocations import Revocation, password_id
from televent.application.use_cases.feeds.give_feed import end_feed
from televent.application.use_cases.people.api_keys import revoke_key
from televent.application.use_cases.people.devices import revoke_device
from televent.application.use_cases.people.sign_in import revoke_password
from televent.application.use_cases.webhooks.manage import delete_webhook
from televent.domain.refusal import Refusal
from televent.runtime.backups.backup_place import Place
from televent.runtime.compose import Core
from televent.runtime.person_keys import backup_keys_place, keys_place, revoked_place
from televent.settings import Settings

CALENDAR_OF: Final = "SELECT calendar_id FROM feed WHERE tenant_id = %s AND feed_id = %s"


def copy_register(core: Core, place: Place) -> int:
    """Copies the register beside the keys of backups, for the day on which this machine is lost; returns how many were
    new. Raises OSError."""
    own = revoked_place(core.settings.person_keys)
    beside = revoked_place(backup_keys_place(core.settings, place.shelf.place))
    return 0 if own is None or beside is None else FileRevocations(own).copy_to(FileRevocations(beside))


def listed_revoked(settings: Settings, directory: Path | None) -> set[Revocation] | None:
    """Everything in today's register, and in the copy beside the keys of the backups in ``directory``; None where
    neither is kept. Raises OSError."""
    places = [revoked_place(keys_place(settings))]
    if directory is not None:
        copied = revoked_place(backup_keys_place(settings, directory))
        places.append(copied if copied is not None and copied.is_dir() else None)
    kept = [FileRevocations(each).all() for each in places if each is not None]
    return set().union(*kept) if kept else None


def revoke_again(core: Core, revoked: Iterable[Revocation]) -> Mapping[str, int]:
    """Revokes what is on the list and counts in the restored database; returns how many of each kind."""
    done: Counter[str] = Counter()
    for each in sorted(revoked):
        if core.reads.account(each.tenant) is None:
            continue
        context = Context(each.tenant, "operator", "cli", core.backend.clock(), uuid4(), uuid4().hex)
        # A restore to a later moment has most of them revoked already.
        with suppress(Refusal):
            _revoke(core, context, each)
            done[each.kind] += 1
    return done


def _revoke(core: Core, context: Context, revoked: Revocation) -> None:
    match revoked.kind:
        case "api-key":
            revoke_key(core.backend, context, key_id=revoked.id)
        case "device":
            revoke_device(core.backend, context, device_id=revoked.id)
        case "feed":
            end_feed(core.backend, context, calendar_id=_calendar_of(core, revoked), feed_id=revoked.id)
        case "webhook":
            delete_webhook(core.backend, context, webhook_id=revoked.id)
        case "password":
            stored = core.backend.sessions.password(context.tenant)
            if stored is None or password_id(stored) != revoked.id:
                raise WrongPassword()
            revoke_password(core.backend, context)


def _calendar_of(core: Core, revoked: Revocation) -> UUID:
    rows = fetch(core.pool, CALENDAR_OF, (revoked.tenant, revoked.id))
    if not rows:
        raise UnknownFeed()
    calendar_id: UUID = rows[0][0]
    return calendar_id
