"""Makes a restored database fit for use: checks it, erases again, and holds messages back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from televent.adapters.backups.register import read_erased
from televent.adapters.backups.shelf import ERASED
from televent.adapters.log_heads.files import last_filed
from televent.adapters.log_heads.keys import BadKey, signing_key
from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.event_store.verify import broken_chains
from televent.adapters.postgres.log_tree.growth import grow
from televent.adapters.postgres.log_tree.tiles import PostgresTiles, state_of
from televent.adapters.postgres.rows import fetch
from televent.application.event_store.context import Context
from televent.application.log_proof.merkle import BrokenTree, root
from televent.application.log_proof.note import BadNote, read
from televent.application.messages.catalogue import CATALOGUE
from televent.application.messages.itip_local import ItipLocal
from televent.application.messages.log_head import LogHeadMail, LogHeadPost
from televent.application.messages.push import PushDue
from televent.application.messages.share_local import ShareLocal
from televent.application.revocations import Revocation
from televent.application.use_cases.people.accounts import erase_account
from televent.application.use_cases.people.erasure import keep_account, request_erasure
from televent.domain.ids import AccountId
from televent.runtime.backups.backup_place import Place
from televent.runtime.backups.revoked_again import revoke_again
from televent.runtime.compose import Core
from televent.runtime.workers.grace import forget_one
from televent.runtime.workers.log_keeper import heads_file, key_file
from televent.settings import Settings

HELD: Final = "held by the restore: perhaps it was sent already; televent outbox requeue sends it"
HOLD: Final = """
    UPDATE outbox SET state = 'failed', finished_at = %s, lease_until = NULL, last_error = %s
    WHERE state IN ('pending', 'processing') AND NOT kind = ANY (%s)"""
HARMLESS: Final = (ItipLocal, ShareLocal, PushDue, LogHeadMail, LogHeadPost)
"""Messages that stay in the house, or that nobody minds twice."""
END_SESSIONS: Final = "DELETE FROM session"
ACCESS: Final = """
    SELECT (SELECT count(*) FROM device), (SELECT count(*) FROM api_key), (SELECT count(*) FROM feed),
        (SELECT count(*) FROM webhook WHERE disabled_at IS NULL)"""
KINDS: Final = {
    "api-key": "API keys", "device": "device passwords", "feed": "feeds", "password": "passwords",
    "webhook": "webhooks",
}  # fmt: skip
STANDING: Final = "SELECT count(*), max(position), max(recorded_at) FROM event"


@dataclass(slots=True)
class Restored:
    """The report of a restore."""

    backup: str
    facts: int = 0
    position: int | None = None
    moment: datetime | None = None
    """When the newest fact was recorded."""
    ended_early: bool = False
    """The archive ends before the wanted time."""
    erased: int = 0
    """People who were erased again."""
    asked_again: int = 0
    """Requested erasures whose thirty days begin again: they may have been revoked after the restored moment."""
    revoked: dict[str, int] = field(default_factory=dict)
    """The number that was revoked again, by kind: "api-key", "device", "feed", "password", "webhook"."""
    keys: str = ""
    """Where the keys of persons come from: "today" or "backup"."""
    held: int = 0
    """Messages that are kept back."""
    head: int | None = None
    """Facts of the newest published head that is known here."""
    head_at: datetime | None = None
    lost: int = 0
    """Facts of that head that are not in the restored state."""
    other_history: bool = False
    """The restored facts are not those that the head was published for."""
    broken: list[str] = field(default_factory=list)
    """Streams whose hash chain is broken."""
    notes: list[str] = field(default_factory=list)


def listed_erased(place: Place) -> set[UUID]:
    """Everybody on a list of the erased: beside the keys, and in any backup."""
    erased = place.register.erased()
    for path in (place.shelf.place / "base").glob(f"*/{ERASED}"):
        erased |= read_erased(path)
    return erased


def settle(
    core: Core,
    listed: set[UUID],
    revoked: set[Revocation] | None,
    today: Settings,
    done: Restored,
    step: Callable[[str], None],
) -> None:
    """Verifies the restored facts, erases again who was erased since, revokes again, and holds messages back.

    ``listed``: who is on lists of the erased, beside those whose key is destroyed. ``revoked``: the register of
    revocations; None where none is kept. ``today``: the settings of now. Raises OSError, Outage.
    """
    step("verifying the facts")
    rows = fetch(core.pool, STANDING, ())
    done.facts, done.position, done.moment = rows[0]
    done.broken = [str(each) for each in broken_chains(core.pool)[1]]
    _compare_head(core, today, done)
    step("erasing again")
    _erase_again(core, listed, done)
    step("revoking again")
    done.revoked = dict(revoke_again(core, revoked or ()))
    step("ending sessions")
    _end_sessions(core, done, registered=revoked is not None)
    step("holding messages")
    _catch_up(core)
    with core.pool.connection() as connection:
        harmless = list(CATALOGUE.names_of(HARMLESS))
        done.held = connection.execute(HOLD, [core.backend.clock(), HELD, harmless]).rowcount
    # After that, so that the people concerned are told of the new date.
    _ask_again(core, done)


def _compare_head(core: Core, today: Settings, done: Restored) -> None:
    """Tells what the newest head that was published here has, and the restored log has not."""
    events = PostgresLog(core.pool)
    while grow(core.pool, events):
        pass
    places = {heads_file(today), heads_file(core.settings)}
    if not key_file(core.settings).is_file():
        return
    try:
        key = signing_key(key_file(core.settings)).public_key()
        heads = [read(note, key) for note in map(last_filed, places) if note is not None]
    except (BadKey, BadNote, OSError) as error:
        done.notes.append(f"The published heads cannot be compared: {error}")
        return
    if not heads:
        return
    head, size = max(heads, key=lambda each: each.size), state_of(core.pool).size
    done.head, done.head_at, done.lost = head.size, head.at, max(0, head.size - size)
    if not done.lost:
        try:
            done.other_history = root(PostgresTiles(core.pool), head.size) != head.root
        except BrokenTree:
            done.other_history = True


def _ask_again(core: Core, done: Restored) -> None:
    """Begins the thirty days of each requested erasure again. A person who revoked it after that moment would be
    erased for good, with a key that the house from which the backup comes still needs."""
    for row in core.reads.accounts():
        if row.erase_at is not None:
            for act in (keep_account, request_erasure):
                act(core.backend, Context(row.tenant, "operator", "cli", core.backend.clock(), uuid4(), uuid4().hex))
            done.asked_again += 1


def _erase_again(core: Core, erased: set[UUID], done: Restored) -> None:
    """Erases who was erased after the moment of the restored facts: the rows, and with a fact of its own."""
    gone = erased | set(core.vault.destroyed() if core.vault is not None else ())
    gone |= {
        row[0] for row in fetch(core.pool, "SELECT subject_id FROM subject_key WHERE destroyed_at IS NOT NULL", ())
    }
    for subject in sorted(gone):
        now = core.backend.clock()
        core.keys.destroy(subject, now)
        if core.reads.account(AccountId(subject)) is not None:
            context = Context(AccountId(subject), "operator", "cli", now, uuid4(), uuid4().hex)
            erase_account(core.backend, context)
            done.erased += 1
    # Else a worker takes them out of others' copies, when the doors are open already.
    while forget_one(core):
        pass


def _end_sessions(core: Core, done: Restored, *, registered: bool) -> None:
    """Ends the sessions of then, of which nobody knows which ones their people have ended since; and tells which other
    secrets of then count. ``registered``: those that were revoked since are revoked again."""
    with core.pool.connection() as connection:
        ended = connection.execute(END_SESSIONS).rowcount
    devices, keys, feeds, webhooks = fetch(core.pool, ACCESS, ())[0]
    if ended:
        done.notes.append(f"Sessions that are ended: {ended}. Their people sign in again.")
    if done.revoked:
        again = ", ".join(f"{count} {KINDS[kind]}" for kind, count in sorted(done.revoked.items()))
        done.notes.append(f"Revoked after the restored moment, and revoked again: {again}.")
    if not (devices or keys or feeds or webhooks):
        return
    counting = f"{devices} device passwords, {keys} API keys, {feeds} feeds and {webhooks} webhooks"
    if registered:
        done.notes.append(f"Secrets of then that count: {counting}.")
    else:
        done.notes.append(
            "No register of revocations is kept here, because the keys of persons are in the database"
            f" (TELEVENT_PERSON_KEYS). Secrets of then count again, also those that people have revoked since:"
            f" {counting}. Ask people to look at theirs."
        )


def _catch_up(core: Core) -> None:
    """Lets the followers queue what they would have queued: it is held back with the rest."""
    for runner in core.runners():
        while runner.advance():
            pass
