"""A mail as its signatures see it: all header fields, and the hash of the body (RFC 6376 §5.4, §3.7)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final

from televent.adapters.email.proving.canonical import Form, body, field
from televent.adapters.email.reading.bounds import MAX_HEAD
from televent.adapters.email.reading.fields import head_of

MAX_FIELDS: Final = 2000
"""Max header fields of a mail whose signatures are verified."""
_FIELD: Final = re.compile(rb"^([!-9;-~]++[ \t]*+):((?:[^\n]*+\n[ \t])*+[^\n]*+)", re.MULTILINE)
"""A field as ``reading.fields`` finds it, so that what is signed is what is read."""
Field = tuple[bytes, bytes]
"""The bytes of a field before and after its colon."""


class SignedMail:
    """A mail whose signatures are verified. Hashes of the body are made when first needed, and once.

    A mail of more than MAX_FIELDS fields has none here, so nothing proves its author.
    """

    def __init__(self, raw: bytes) -> None:
        """Raises BeyondBounds."""
        end, self._start = head_of(raw, 0, MAX_HEAD)
        self._raw = raw
        self._by_name: dict[bytes, list[Field]] = {}
        for number, found in enumerate(_FIELD.finditer(raw, 0, end)):
            if number == MAX_FIELDS:
                self._by_name.clear()
                break
            self._by_name.setdefault(found[1].lower().rstrip(b" \t"), []).append((found[1], found[2]))
        self._bodies: dict[Form, bytes] = {}

    def named(self, name: str) -> list[Field]:
        """The fields of a name, from the top of the mail."""
        return self._by_name.get(name.encode(), [])

    def body(self, form: Form) -> bytes:
        """SHA-256 of the body in that form."""
        if form not in self._bodies:
            self._bodies[form] = hashlib.sha256(body(self._raw[self._start :], form)).digest()
        return self._bodies[form]

    def head(self, names: Sequence[bytes], form: Form) -> bytes:
        """The named fields in canonical form, one after the other.

        A name that comes several times means the fields of that name from the lowest one up; one that comes more often
        than there are fields means none (RFC 6376 §5.4.2).
        """
        taken: dict[bytes, int] = {}
        chosen = []
        for name in names:
            nth = taken[name] = taken.get(name, 0) + 1
            found = self._by_name.get(name, [])
            if nth <= len(found):
                chosen.append(field(*found[-nth], form))
        return b"".join(chosen)
