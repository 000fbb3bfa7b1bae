"""The envelope of a mail in a mailbox, which has only its header left (imip/SPEC B1).

The mail server that put it there wrote the recipient into X-Original-To or Delivered-To, above all fields of the
sender. Where no such field names an account, To and Cc do. A sender can write anything there, as they can send to
anybody: a recipient only chooses the calendar that the mail is offered to, and only a token proves something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from televent.adapters.email.reading.bounds import MAX_HEAD
from televent.adapters.email.reading.fields import fields, head_of, named

MAX_SEARCHED: Final = 16 * 1024
"""Max bytes of a field that are searched for addresses."""
MAX_ADDRESSES: Final = 100
"""Max addresses of a mail that are looked up."""
DELIVERED: Final = ("x-original-to", "delivered-to", "envelope-to", "x-envelope-to", "x-rcpt-to")
"""Fields in which mail servers write the recipient."""
_ADDRESS: Final = re.compile(rb"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,254}")
_DELIVERED: Final = named(DELIVERED)
_WRITTEN: Final = named(("to", "cc"))
_RETURN: Final = named(("return-path",))
_FROM: Final = named(("from",))


def recipients_of(raw: bytes, is_here: Callable[[str], bool]) -> list[str]:
    """The recipients of a mail that have an account here. Raises BeyondBounds."""
    for some in (_DELIVERED, _WRITTEN):
        found = list(dict.fromkeys(_addresses(raw, some)))[:MAX_ADDRESSES]
        if here := [each for each in found if is_here(each)]:
            return here
    return []


def sender_of_envelope(raw: bytes) -> str:
    """The sender of the envelope: Return-Path, which is empty for a bounce; without that field, From."""
    end, _ = head_of(raw, 0, MAX_HEAD)
    for _, value in fields(raw, 0, end, _RETURN):
        found = _ADDRESS.search(value[:MAX_SEARCHED])
        return found[0].decode("ascii", "replace") if found is not None else ""
    # A mail without a Return-Path may be anything but a bounce: those have one, or say what they are in their type.
    return next(_addresses(raw, _FROM), "unknown")


def _addresses(raw: bytes, names: re.Pattern[bytes]) -> Iterator[str]:
    end, _ = head_of(raw, 0, MAX_HEAD)
    for _, value in fields(raw, 0, end, names):
        for found in _ADDRESS.finditer(value[:MAX_SEARCHED]):
            yield found[0].decode("utf-8", "replace").lower()
