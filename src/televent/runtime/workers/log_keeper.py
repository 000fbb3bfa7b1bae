"""Keeps the log's tree up to date, and publishes its signed heads (ADR 71)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from televent.adapters.log_heads.files import append, filed, last_filed
from televent.adapters.log_heads.keys import BadKey, signing_key
from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.log_tree import heads
from televent.adapters.postgres.log_tree.audit import Audited, Progress, Published, audit, nothing, unmatched
from televent.adapters.postgres.log_tree.growth import grow
from televent.adapters.postgres.log_tree.tiles import PostgresTiles, state_of
from televent.application.log_proof.merkle import BrokenTree, root
from televent.application.log_proof.note import BadNote, Head, read, sign
from televent.application.messages.log_head import LogHeadMail, LogHeadPost
from televent.application.messages.message import Message
from televent.application.outage import Outage
from televent.runtime.compose import Core
from televent.settings import Settings

log = structlog.get_logger("televent.log")

PAUSE: Final = 10.0
"""Seconds between two looks for new events."""
BACKLOG_PAUSE: Final = 0.02
"""Seconds between two pages while many events wait: other work goes first."""


class TornHistory(Exception):
    """The tree is not the one whose heads were published: the database is an older one, or was changed. The message is
    a sentence."""


def key_file(settings: Settings) -> Path:
    """Where the signing key is."""
    return settings.log_key or settings.data_dir.absolute() / "log-key.pem"


def heads_file(settings: Settings) -> Path:
    """Where the published heads are."""
    return settings.log_heads or settings.data_dir.absolute() / "log-heads"


def origin(settings: Settings) -> str:
    """The name of the log in its heads."""
    return f"{settings.mail_domain}/log"


async def keep_log(core: Core, stop: asyncio.Event) -> None:
    """Lets the tree grow and publishes heads until ``stop`` is set."""
    told = ""
    while not stop.is_set():
        pause = PAUSE
        try:
            if await core.run(grow, core.pool, PostgresLog(core.pool)):
                pause = BACKLOG_PAUSE
            else:
                await core.run(publish, core, core.backend.clock())
            told = ""
        except Outage as outage:
            pause = outage.retry_after
        except (TornHistory, BadKey, OSError) as error:
            # Once, not every ten seconds: an operator has to act.
            if str(error) != told:
                log.error("the heads of the log are not published", error=str(error))
                told = str(error)
        except Exception:
            log.exception("the tree of the log is not kept; it is retried")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


def publish(core: Core, now: datetime) -> None:
    """Signs a new head where it is time, and writes to this machine's file the heads that it lacks.

    The database is first and the file second, so that each machine's file gets every head, whichever process made it.
    Raises TornHistory, BadKey, OSError, Outage.
    """
    settings = core.settings
    place = heads_file(settings)
    key = signing_key(key_file(settings))
    last = _newest(place, key)
    _head(core, key, last, now)
    missing = heads.after(core.pool, last.size if last is not None else 0)
    if missing:
        append(place, [note for _, note in missing])


def _head(core: Core, key: Ed25519PrivateKey, last: Head | None, now: datetime) -> None:
    settings, state = core.settings, state_of(core.pool)
    tiles = PostgresTiles(core.pool)
    if last is not None:
        _check(tiles, last, state.size)
    newest = heads.newest(core.pool)
    if newest is not None and (state.size <= newest[0] or now - newest[1] < timedelta(seconds=settings.log_seconds)):
        return
    if state.size == 0:
        return
    head = Head(origin(settings), state.size, root(tiles, state.size), state.position, now)
    note = sign(head, key)
    heads.record(core.pool, head, note, witnesses(settings.log_witnesses, note))


def audit_log(core: Core, files: Sequence[Path] = (), progress: Progress = nothing) -> Audited:
    """Compares the log with its tree, and the tree with the heads in the database, in this machine's file, and in
    ``files`` from elsewhere. Raises BadKey, OSError, Outage."""
    own = heads_file(core.settings)
    key = signing_key(key_file(core.settings)).public_key()
    stored = heads.after(core.pool, 0)
    notes = {path: filed(path) for path in (own, *files)}
    published = [Published(f"database, head of {size}", note) for size, note in stored]
    published += [Published(f"{path}, line {each.line}", each.text) for path in notes for each in notes[path]]
    audited = audit(core.pool, published, key, progress)
    sizes = [read(each.text, key).size for each in notes[own] if _holds(each.text, key)]
    missing = unmatched([size for size, _ in stored], sizes, str(own))
    return replace(audited, findings=[*audited.findings, *missing])


def set_aside(place: Path, now: datetime) -> Path | None:
    """Gives the file of heads another name, so that a new one begins; None where there is none. Raises OSError."""
    kept = place.with_name(f"{place.name}.{now:%Y%m%dT%H%M%SZ}")
    try:
        place.rename(kept)
    except FileNotFoundError:
        return None
    return kept


def witnesses(places: Sequence[str], note: str) -> list[Message]:
    """The messages that carry a head to witnesses: mail addresses and URLs."""
    return [LogHeadPost(place, note) if "://" in place else LogHeadMail(place, note) for place in places]


def _newest(place: Path, key: Ed25519PrivateKey) -> Head | None:
    note = last_filed(place)
    try:
        return read(note, key.public_key()) if note is not None else None
    except BadNote as error:
        raise TornHistory(f"The last head in {place} does not hold. {error}") from error


def _holds(note: str, key: Ed25519PublicKey) -> bool:
    try:
        read(note, key)
    except BadNote:
        return False
    return True


def _check(tiles: PostgresTiles, last: Head, size: int) -> None:
    try:
        same = last.size <= size and root(tiles, last.size) == last.root
    except BrokenTree:
        same = False
    if not same:
        raise TornHistory(
            f"The published head of {last.size} leaves is not part of this log, which has {size}. After a restore of"
            " an older state, run `televent log restart`; otherwise run `televent verify-log`."
        )
