"""The dedupe key of a mail."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_TRACE = (b"received:", b"return-path:", b"delivered-to:", b"x-received:", b"x-original-to:", b"x-spam")


def mail_key(raw: bytes, recipients: Sequence[str]) -> str:
    """The dedupe key of a mail: a hash of its recipients, headers and body, without trace headers (imip/SPEC B1).

    The same mail that arrives by two routes differs only in its trace headers.
    """
    # Bare LF must count as a line end: otherwise a head without CRLF is one line, and Received would hide all of it.
    parted = _HEAD_END.search(raw)
    head, body = (parted.start(), parted.end()) if parted is not None else (len(raw), len(raw))
    digest = hashlib.sha256("\0".join([*sorted(each.lower() for each in recipients), ""]).encode())
    skipping = False
    for line in raw[:head].split(b"\n"):
        if line[:1] not in (b" ", b"\t"):
            skipping = line.lower().startswith(_TRACE)
        if not skipping:
            digest.update(line.removesuffix(b"\r") + b"\n")
    digest.update(b"\n")
    digest.update(memoryview(raw)[body:])
    return digest.hexdigest()
