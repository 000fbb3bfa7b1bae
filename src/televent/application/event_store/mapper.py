"""Translates facts into stored events and back: encoding, encryption, the hash chain.

A stored state is MessagePack of ``[open fields, nil]`` or ``[open fields, sealed fields, dictionary]``. The sealed part
is packed with that dictionary (packing.py) and then encrypted with AES-256-GCM under the person's own key. Its place
(stream and version) is the associated data, so that it cannot be copied to another place. Earlier states have no
dictionary, and their sealed part is not packed.
"""

from __future__ import annotations

import hashlib
import os
import types
import typing
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from televent.application.event_store import catalogue, packing
from televent.application.event_store.context import Context
from televent.application.event_store.envelope import LoggedEvent, envelope_of
from televent.application.event_store.key_vault import KeyVault
from televent.application.event_store.recorded import RecordedEvent, RecordedNotification
from televent.domain.calendar_object.events import Outline, Splice
from televent.domain.personal import personal_fields
from televent.domain.refusal import Refusal

NONCE = 12
"""Bytes of a nonce."""
_UNREADABLE = (InvalidTag, ValueError, msgspec.DecodeError)
"""The errors of damaged bytes, of another key, and of a key that is none (ValueError)."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SubjectKeys(Protocol):
    """The encryption keys of accounts. ``key`` is None after an erasure. ``forget`` drops a key from the cache.
    ``shred``: a transaction has destroyed the key. ``vault``: where the keys are kept; None: in the database."""

    @property
    def vault(self) -> KeyVault | None: ...
    def key(self, subject: UUID) -> bytes | None: ...
    def forget(self, subject: UUID) -> None: ...
    def shred(self, subject: UUID) -> None: ...


@dataclass(frozen=True)
class NewEvent:
    """A fact that is about to be recorded at its place in a stream (the library's domain event)."""

    originator_id: str
    originator_version: int
    fact: Any
    context: Context
    subject: UUID
    previous: bytes
    """The chain value of the event before; ``genesis`` for the first one."""

    @property
    def timestamp(self) -> datetime:
        return self.context.now


def genesis(originator_id: str) -> bytes:
    """The start of a stream's chain."""
    return hashlib.sha256(originator_id.encode()).digest()


def link(previous: bytes, version: int, topic: str, state: bytes) -> bytes:
    """The chain value of an event. It depends on every event before it in its stream."""
    return hashlib.sha256(b"%b%d\0%b\0%b" % (previous, version, topic.encode(), state)).digest()


class ErasedSubject(Refusal):
    """This account has been erased."""


class UnreadableFact(Exception):
    """Stored bytes cannot be decrypted with the account's key, or are damaged. The message names the place."""


class FactMapper(Mapper[str]):
    """The library's mapper, with stored names, sealed fields and the chain."""

    def __init__(self, keys: SubjectKeys, entropy: Callable[[int], bytes] = os.urandom) -> None:
        super().__init__(transcoder=JSONTranscoder())
        self._keys = keys
        self._entropy = entropy

    def to_stored_event(self, domain_event: Any) -> RecordedEvent:
        """The stored event of a NewEvent. Raises UnknownStoredName, ErasedSubject."""
        new: NewEvent = domain_event
        topic = catalogue.name_of(type(new.fact))
        place = f"{new.originator_id}#{new.originator_version}"
        state = self.seal(new.fact, new.subject, place)
        context = new.context
        return RecordedEvent(
            originator_id=new.originator_id,
            originator_version=new.originator_version,
            topic=topic,
            state=state,
            subject_id=new.subject,
            chain=link(new.previous, new.originator_version, topic, state),
            command_id=context.command_id,
            correlation_id=context.correlation_id,
            actor=context.actor,
            door=context.door,
            recorded_at=context.now,
            origin=context.origin,
        )

    def to_fact(self, event: RecordedEvent) -> Any:
        """The fact in a stored event, in its newest shape. Raises UnknownStoredName, UnreadableFact."""
        place = f"{event.originator_id}#{event.originator_version}"
        return self.read(event.topic, event.state, event.subject_id, place)

    def read(self, topic: str, state: bytes, subject: UUID, place: str) -> Any:
        """The fact of that stored name and state. ``place``: its stream and version, "…#3". Raises UnknownStoredName,
        UnreadableFact."""
        fields = self.unseal(state, subject, place)
        readable = fields if fields is not None else msgspec.msgpack.decode(state)[0]
        cls, values = catalogue.resolve(topic, readable)
        if fields is None:
            values = {**values, **_placeholders(cast(Hashable, cls))}
        return msgspec.convert(values, cls)

    def to_domain_event(self, stored_event: StoredEvent) -> LoggedEvent:
        """The event in the form that followers get; its fact is decoded on first access."""
        assert isinstance(stored_event, RecordedNotification)
        return LoggedEvent(
            envelope_of(stored_event),
            read=lambda: self.to_fact(stored_event),
            erased=lambda: self.erased(stored_event.subject_id),
        )

    def erased(self, subject: UUID) -> bool:
        """True where the key of an account with facts is destroyed."""
        return self._keys.key(subject) is None

    @property
    def vault(self) -> KeyVault | None:
        """Where the keys are kept; None: in the database. Another process opens the same one."""
        return self._keys.vault

    def forget(self, subject: UUID) -> None:
        """Drops the key from this process's cache: another process may have destroyed it."""
        self._keys.forget(subject)

    def shred(self, subject: UUID) -> None:
        """Destroys the key for good that a transaction has destroyed, wherever it is kept."""
        self._keys.shred(subject)

    def seal(self, value: Any, subject: UUID, place: str) -> bytes:
        """A dataclass as stored bytes, with its personal fields encrypted. Raises ErasedSubject."""
        personal = personal_fields(type(value))
        fields = {name: getattr(value, name) for name in value.__dataclass_fields__}
        opened = {name: field for name, field in fields.items() if name not in personal}
        if not personal:
            return msgspec.msgpack.encode([opened, None])
        key = self._keys.key(subject)
        if key is None:
            raise ErasedSubject(subject=str(subject))
        nonce = self._entropy(NONCE)
        hidden = packing.pack(msgspec.msgpack.encode({name: fields[name] for name in personal}))
        sealed = nonce + AESGCM(key).encrypt(nonce, hidden, place.encode())
        return msgspec.msgpack.encode([opened, sealed, packing.NEWEST])

    def unseal(self, state: bytes, subject: UUID, place: str) -> dict[str, Any] | None:
        """All fields of stored bytes; None where the person's key is destroyed. Raises UnreadableFact."""
        try:
            return self._unseal(state, subject, place)
        except _UNREADABLE:
            # The key in the cache may be older than a restore of the database, or than the operator's repair.
            self._keys.forget(subject)
        try:
            return self._unseal(state, subject, place)
        except _UNREADABLE as error:
            raise UnreadableFact(f"{place}: {type(error).__name__} {error}".rstrip()) from error

    def _unseal(self, state: bytes, subject: UUID, place: str) -> dict[str, Any] | None:
        opened, hidden, *form = msgspec.msgpack.decode(state)
        if hidden is None:
            return dict(opened)
        key = self._keys.key(subject)
        if key is None:
            return None
        plain = AESGCM(key).decrypt(hidden[:NONCE], hidden[NONCE:], place.encode())
        if form:
            plain = packing.unpack(plain, *form)
        return {**opened, **msgspec.msgpack.decode(plain)}


@cache
def _placeholders(cls: Hashable) -> dict[str, Any]:
    assert isinstance(cls, type)
    hints = get_type_hints(cls)
    return {name: _placeholder(hints[name]) for name in personal_fields(cls)}


def _placeholder(hint: Any) -> Any:
    """The placeholder of a field of that type, for a field that can no longer be decrypted."""
    origin = get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return None if type(None) in get_args(hint) else _placeholder(get_args(hint)[0])
    if hint is Splice:
        return {"offset": 0, "removed": 0, "inserted": b""}
    if hint is Outline:
        return {
            "component": "VEVENT", "span_start": _EPOCH, "span_end": _EPOCH, "recurs": False, "sequence": 0,
            "role": "none", "organizer": None, "partstat": None, "status": None, "summary": "",
        }  # fmt: skip
    if hint is str:
        return ""
    if hint is bytes:
        return b""
    if origin is tuple:
        return []
    if hasattr(hint, "__dataclass_fields__"):
        return {name: _placeholder(field) for name, field in get_type_hints(hint).items()}
    if hint is datetime:
        return _EPOCH
    return {int: 0, bool: False}.get(hint, {})
