"""Makes the bytes of personal fields small before they are sealed: sealed bytes cannot be compressed (ADR 99).

Facts are short and alike, so Zstandard gets a dictionary with what calendar texts and the fields of facts have in
common. A dictionary is a part of the stored form: it is never changed, and a better one gets the next number.
"""

from __future__ import annotations

from base64 import b64decode
from typing import Final

import zstandard

from televent.application.event_store.packing_dictionary import FIRST

NEWEST: Final = 1
"""The number of the dictionary that new bytes are packed with."""
MAX_PLAIN: Final = 64 * 1024 * 1024
"""Max bytes of packed fields: more than any fact has, so that a forged length cannot fill the memory."""
LEVEL: Final = 6
"""10 µs for a new event of a kilobyte; the next levels take twice as long for three bytes of a hundred."""
_LENGTH: Final = 4
"""Bytes of the plain length, which comes first: frames are written without it, without a magic number and checksum."""


class NotPacked(ValueError):
    """These bytes were not packed by this program, or are damaged."""


class _Dictionary:
    """Packs and unpacks with one dictionary. Thread-safe."""

    def __init__(self, encoded: str) -> None:
        self._data = zstandard.ZstdCompressionDict(b64decode(encoded), dict_type=zstandard.DICT_TYPE_FULLDICT)
        self._parameters = zstandard.ZstdCompressionParameters.from_level(
            LEVEL,
            source_size=1024,
            dict_size=len(self._data),
            format=zstandard.FORMAT_ZSTD1_MAGICLESS,
            write_content_size=0,
            write_checksum=0,
            write_dict_id=0,
        )
        # One object serves one thread at a time, so each call takes an idle one; list.append and pop are atomic.
        self._compressors: list[zstandard.ZstdCompressor] = []
        self._decompressors: list[zstandard.ZstdDecompressor] = []

    def pack(self, plain: bytes) -> bytes:
        try:
            compressor = self._compressors.pop()
        except IndexError:
            compressor = zstandard.ZstdCompressor(dict_data=self._data, compression_params=self._parameters)
        packed = compressor.compress(plain)
        self._compressors.append(compressor)
        return len(plain).to_bytes(_LENGTH, "big") + packed

    def unpack(self, packed: bytes) -> bytes:
        length = int.from_bytes(packed[:_LENGTH], "big")
        if not 0 < length <= MAX_PLAIN:
            raise NotPacked(f"packed fields say that they have {length} bytes")
        try:
            decompressor = self._decompressors.pop()
        except IndexError:
            decompressor = zstandard.ZstdDecompressor(dict_data=self._data, format=zstandard.FORMAT_ZSTD1_MAGICLESS)
        try:
            # The bytes that come out are bounded by the length; a frame with more is an error.
            plain = decompressor.decompress(packed[_LENGTH:], max_output_size=length)
        except zstandard.ZstdError as error:
            raise NotPacked(str(error)) from error
        self._decompressors.append(decompressor)
        if len(plain) != length:
            raise NotPacked(f"packed fields have {len(plain)} bytes instead of {length}")
        return plain


_DICTIONARIES: Final = {1: _Dictionary(FIRST)}


def pack(plain: bytes) -> bytes:
    """The bytes in the newest packed form. Raises ValueError above MAX_PLAIN."""
    if not 0 < len(plain) <= MAX_PLAIN:
        raise ValueError(f"{len(plain)} bytes cannot be packed")
    return _DICTIONARIES[NEWEST].pack(plain)


def unpack(packed: bytes, dictionary: int) -> bytes:
    """The plain bytes. Raises NotPacked, also for a dictionary that this program does not have."""
    known = _DICTIONARIES.get(dictionary)
    if known is None:
        raise NotPacked(f"this program has no dictionary {dictionary}")
    return known.unpack(packed)
