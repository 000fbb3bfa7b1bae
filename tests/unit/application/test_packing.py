"""Packed fields of facts: every form ever stored is read, and damaged or forged bytes are refused within bounds."""

from __future__ import annotations

import hashlib
import json
import threading
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from support.packing_samples import samples
from televent.application.event_store import catalogue
from televent.application.event_store.mapper import FactMapper, UnreadableFact
from televent.application.event_store.packing import MAX_PLAIN, NEWEST, NotPacked, pack, unpack
from televent.application.event_store.packing_dictionary import FIRST
from televent.domain.personal import personal_fields

GOLDEN = sorted((Path(__file__).parents[2] / "golden" / "states").glob("*.json"))
PLACE = f"{UUID(int=1)}/{UUID(int=2)}#1"


class Keys:
    """One key for all persons, until it is destroyed."""

    vault = None
    stored: bytes | None = bytes(32)

    def key(self, subject: UUID) -> bytes | None:
        return self.stored

    def shred(self, subject: UUID) -> None:
        self.stored = None

    def forget(self, subject: UUID) -> None:
        """There is no cache."""


def test_a_dictionary_never_changes() -> None:
    assert (
        hashlib.sha256(b64decode(FIRST)).hexdigest()
        == "bfd915290bccb0053fa3f6e23706e62666962038405bc860c16f0e0d246f7543"
    )


@pytest.mark.parametrize("form", ["unpacked", "dictionary 1"])
@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_each_stored_form_is_read_for_ever(path: Path, form: str) -> None:
    golden = json.loads(path.read_text())
    kind = catalogue.NAMES[golden["name"]]
    keys = Keys()
    mapper, state = FactMapper(keys), bytes.fromhex(golden[form])
    fact = mapper.read(golden["name"], state, UUID(int=1), PLACE)
    assert fact == msgspec.convert(golden["fields"], kind, strict=False)
    keys.stored = None
    erased = mapper.read(golden["name"], state, UUID(int=1), PLACE)
    opened = set(golden["fields"]) - personal_fields(kind)
    assert all(getattr(erased, name) == getattr(fact, name) for name in opened)
    assert all(getattr(erased, name) != getattr(fact, name) for name in ("outline", "change") if hasattr(fact, name))


@given(st.binary(min_size=1, max_size=3000))
def test_bytes_come_back_as_they_were(plain: bytes) -> None:
    packed = pack(plain)
    assert unpack(packed, NEWEST) == plain
    assert len(packed) <= len(plain) + 20


def test_facts_of_apps_take_a_third_at_most() -> None:
    found = list(samples(300, seed=77))
    assert 3 * sum(len(pack(each)) for each in found) <= sum(map(len, found))


def test_threads_pack_at_the_same_time() -> None:
    found, wrong = list(samples(200, seed=5)), list[bytes]()

    def work() -> None:
        wrong.extend(each for each in found if unpack(pack(each), NEWEST) != each)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == []


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(forged: bytes) -> None:
    try:
        unpack(forged, NEWEST)
    except NotPacked:
        return
    # Bytes that are a frame by chance have the length that they say.
    assert len(unpack(forged, NEWEST)) == int.from_bytes(forged[:4], "big")


def bomb(length: int) -> bytes:
    """A frame of 16 MB of zeros that says that it has ``length`` bytes."""
    data = zstandard.ZstdCompressionDict(b64decode(FIRST), dict_type=zstandard.DICT_TYPE_FULLDICT)
    parameters = zstandard.ZstdCompressionParameters(
        format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_content_size=0, write_dict_id=0
    )
    frame = zstandard.ZstdCompressor(dict_data=data, compression_params=parameters).compress(bytes(16 * 1024 * 1024))
    return length.to_bytes(4, "big") + frame


@pytest.mark.parametrize("length", [0, 1000, MAX_PLAIN + 1, 2**32 - 1])
def test_a_bomb_does_not_unpack(length: int) -> None:
    packed = bomb(length)
    assert len(packed) < 4096
    with pytest.raises(NotPacked):
        unpack(packed, NEWEST)


def test_an_honest_length_of_the_same_frame_is_read() -> None:
    assert unpack(bomb(16 * 1024 * 1024), NEWEST) == bytes(16 * 1024 * 1024)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda packed: packed[:-3],
    "another length": lambda packed: (int.from_bytes(packed[:4], "big") + 1).to_bytes(4, "big") + packed[4:],
    "empty": lambda packed: b"",
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_fact_names_its_place(how: str) -> None:
    damaged, nonce = DAMAGE[how](pack(msgspec.msgpack.encode({"was": None}))), bytes(12)
    sealed = nonce + AESGCM(bytes(32)).encrypt(nonce, damaged, PLACE.encode())
    state = msgspec.msgpack.encode([{}, sealed, NEWEST])
    with pytest.raises(UnreadableFact, match=PLACE):
        FactMapper(Keys()).read("event-deleted/1", state, UUID(int=1), PLACE)


def test_a_dictionary_of_a_newer_program_is_no_crash() -> None:
    nonce = bytes(12)
    sealed = nonce + AESGCM(bytes(32)).encrypt(nonce, pack(msgspec.msgpack.encode({"was": None})), PLACE.encode())
    state = msgspec.msgpack.encode([{}, sealed, NEWEST + 1])
    with pytest.raises(UnreadableFact, match="dictionary"):
        FactMapper(Keys()).read("event-deleted/1", state, UUID(int=1), PLACE)


def test_nothing_empty_is_packed() -> None:
    with pytest.raises(ValueError, match="0 bytes"):
        pack(b"")
