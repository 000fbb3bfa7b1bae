"""Decodes text by the charset that a mail names; a wrong or unknown one is no reason to refuse the mail."""

from __future__ import annotations

from televent.ical.text.charsets import known, unlabelled


def text_in(charset: str, data: bytes) -> str:
    """The text in that charset; where the charset is unknown or wrong, as UTF-8 with replacement characters."""
    # By way of UTF-8, because a text in UTF-7 may have lone surrogates.
    return in_utf8(charset, data).decode("utf-8", "replace")


def in_utf8(charset: str, data: bytes, *, cut: bool = False) -> bytes:
    """The data converted to UTF-8; unchanged where the charset is unknown or wrong. UTF-16 needs no label.

    ``cut``: the data may end inside a character.
    """
    name = known(charset)
    if name is None or name in ("utf-8", "ascii"):
        name = unlabelled(data)
    if name is None:
        return data
    try:
        return data.decode(name, "replace" if cut else "strict").encode()
    except UnicodeError:
        return data
