"""Finds the header fields of a mail or part, without parsing their values (RFC 5322 §2.2).

A line ends at LF, with or without CR. The email package also ends a line at a bare CR, so it would find fields that
the mail server in front of us did not see. The head ends at the first line that is no field, as in most parsers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol

from televent.adapters.email.reading.bounds import (
    BAD_CONTENT,
    MAX_COMMENTS,
    MAX_FIELD,
    TOO_LARGE,
    BeyondBounds,
)

Fields = tuple[tuple[str, str], ...]
"""Names in lower case, and values as they came; a byte that is not ASCII is a lone surrogate."""

CONTENT: Final = ("content-type", "content-disposition", "content-transfer-encoding")
RESULTS: Final = "authentication-results"
SENDERS: Final = ("from", "sender", "reply-to", "message-id", RESULTS)

# Possessive, so that a hostile head costs one pass. A delimiter line may have a colon, but is no field.
_HEAD: Final = re.compile(
    rb"(?:From [^\n]*+\n)?+(?:(?!--)[!-9;-~]++[ \t]*+:[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|\Z))*+", re.DOTALL
)
_BLANK: Final = re.compile(rb"\r?\n")
_FOLD: Final = re.compile(r"\r?\n(?=[ \t])")
CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""A control character other than the tabulator. No unfolded field may have one (RFC 5322 §2.2)."""


class Headers(Protocol):
    """The header fields of a mail, within the bounds: parsers of their values have none of their own."""

    def raw_items(self) -> Iterable[tuple[str, Any]]:
        """Names, and values as they came."""
        ...


def head_of(raw: bytes, start: int, most: int) -> tuple[int, int]:
    """The end of the head that begins at *start*, and the start of the body. Raises BeyondBounds past *most* bytes."""
    found = _HEAD.match(raw, start, start + most + 1)
    end = found.end() if found is not None else start
    if end - start > most:
        raise BeyondBounds(TOO_LARGE, f"The header has more than {most} bytes")
    blank = _BLANK.match(raw, end)
    return end, blank.end() if blank is not None else end


def fields(raw: bytes, start: int, end: int, names: re.Pattern[bytes]) -> Iterator[tuple[str, bytes]]:
    """The named fields of a head, in their order. *names* comes from ``named``."""
    for found in names.finditer(raw, start, end):
        yield found[1].lower().decode("ascii"), found[2]


def named(names: Iterable[str]) -> re.Pattern[bytes]:
    """An expression for the fields of these names."""
    some = b"|".join(re.escape(name).encode() for name in names)
    return re.compile(rb"^(" + some + rb")[ \t]*:((?:[^\n]*+\n[ \t])*+[^\n]*+)", re.IGNORECASE | re.MULTILINE)


def unfolded(value: str) -> str:
    """The value in one line (RFC 5322 §2.2.3). Only LF ends a line; every other character stays.

    Two words with a vertical tab between them would otherwise become one, which no other reader of the mail has seen.
    """
    return _FOLD.sub("", value).removesuffix("\r").strip(" \t")


def bounded(found: Iterable[tuple[str, bytes]]) -> Fields:
    """The fields as text. Raises BeyondBounds where those of one name are too long or have too many comments.

    Not for Authentication-Results: other mail servers write them too, and ``authentication`` has bounds for our own.
    """
    sizes: Counter[str] = Counter()
    kept = []
    for name, value in found:
        if name != RESULTS:
            sizes[name] += len(value)
            if sizes[name] > MAX_FIELD:
                raise BeyondBounds(BAD_CONTENT, f"{name.title()} has more than {MAX_FIELD} bytes")
            if value.count(b"(") > MAX_COMMENTS:
                raise BeyondBounds(BAD_CONTENT, f"{name.title()} has more than {MAX_COMMENTS} comments")
        kept.append((name, value.decode("ascii", "surrogateescape")))
    return tuple(kept)
