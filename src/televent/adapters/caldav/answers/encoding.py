"""Compresses answers for clients that accept gzip (RFC 9110 §12.5.3).

Answers with an ETag stay as they are: a strong ETag identifies the bytes of one coding (§8.8.3.3), and calendar objects
are small."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

from televent.adapters.caldav.http import Header, Response
from televent.application.content_codings import LEVEL, MIN_SIZE, takes_gzip

MAX_AT_ONCE: Final = 8 * 1024
"""Max bytes of a body that is compressed on the event loop: it takes less than a hop to a thread."""


def keep_untransformed(headers: list[Header]) -> None:
    """Adds Cache-Control: no-transform to the headers of an answer with an ETag (RFC 9111 §5.2.2.6).

    A proxy that compresses the answer makes the ETag weak, and with a weak one If-Match never holds (RFC 9110
    §13.1.1)."""
    control, others, tagged = [], [], False
    for header in headers:
        if header[0] == b"cache-control":
            control.append(header[1])
            continue
        others.append(header)
        tagged = tagged or header[0] == b"etag"
    if tagged:
        headers[:] = [*others, (b"cache-control", b", ".join([*control, b"no-transform"]))]


def short(response: Response) -> bool:
    """Whether compression would save nothing."""
    return isinstance(response.body, bytes) and len(response.body) < MIN_SIZE


def compress(response: Response, accepted: str | None) -> None:
    """Compresses an answer if that saves a packet, and adds Vary: Accept-Encoding."""
    names = {name for name, _ in response.headers}
    if short(response) or response.status in (204, 304) or b"etag" in names or b"content-encoding" in names:
        return
    response.headers.append((b"vary", b"Accept-Encoding"))
    if takes_gzip(accepted):
        body = response.body
        if not isinstance(body, bytes):
            response.body = gzipped(body)
        elif len(body) <= MAX_AT_ONCE:
            response.body = _whole(body)
        else:
            # One chunk, which is made in a thread: each further one would be a further hop.
            response.body = map(_whole, (body,))
        response.headers.append((b"content-encoding", b"gzip"))


def _whole(body: bytes) -> bytes:
    """The compressed body."""
    return b"".join(gzipped(iter((body,))))


def gzipped(source: Iterator[bytes]) -> Iterator[bytes]:
    """The compressed chunks. Each is flushed, so that a client can decode it as soon as it arrives. Closing the
    generator closes the source."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    try:
        for chunk in source:
            yield packer.compress(chunk) + packer.flush(zlib.Z_SYNC_FLUSH)
        yield packer.flush()
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            close()
