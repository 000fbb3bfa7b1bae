"""Undoes the transfer encoding of a part (RFC 2045 §6). Lenient: what cannot be decoded stays as it is."""

from __future__ import annotations

import binascii
from typing import Final

_NOT_BASE64: Final = bytes(
    each for each in range(256) if not (chr(each).isascii() and chr(each).isalnum()) and each not in b"+/"
)
_UUENCODED: Final = ("x-uuencode", "uuencode", "uue", "x-uue")


def decoded(data: bytes, encoding: str) -> bytes:
    """The data without its transfer encoding; unchanged for 7bit, 8bit, binary, and unknown ones."""
    name = encoding.partition(";")[0].partition("(")[0].strip().lower()
    if name == "base64":
        return _base64(data)
    if name == "quoted-printable":
        return binascii.a2b_qp(data)
    return _uudecoded(data) if name in _UUENCODED else data


def _base64(data: bytes) -> bytes:
    """RFC 2045 §6.8: other characters are ignored. A text that is cut short yields its whole groups."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        kept = data.translate(None, _NOT_BASE64)
        return binascii.a2b_base64(kept[: len(kept) // 4 * 4])


def _uudecoded(data: bytes) -> bytes:
    lines = iter(data.splitlines())
    if not any(line.startswith(b"begin ") for line in lines):
        return data
    pieces = []
    for line in lines:
        if line.strip() == b"end":
            break
        try:
            pieces.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders leave out blanks at the end of a line.
            size = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                pieces.append(binascii.a2b_uu(line[:size]))
            except binascii.Error:
                return data
    return b"".join(pieces)
