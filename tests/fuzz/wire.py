"""Sends bytes over a socket, without a client library that would correct or refuse a bad request."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from dataclasses import dataclass

_LENGTH = re.compile(rb"^content-length:\s*(\d+)\s*$", re.IGNORECASE | re.MULTILINE)
_CHUNKED = re.compile(rb"^transfer-encoding:.*chunked", re.IGNORECASE | re.MULTILINE)
KEPT = 4_000_000
"""Bytes of an answer that are kept; the rest is only counted."""


@dataclass(frozen=True)
class Outcome:
    """The server's answer. ``status`` 0: the connection ended or went silent without an answer."""

    status: int
    seconds: float
    head: bytes = b""
    body: bytes = b""
    whole: bool = False
    """True where the answer has the length that its headers announced."""


def send(host: str, port: int, request: bytes, patience: float) -> Outcome:
    """One connection, one request, one answer. ``patience``: seconds without a byte after which it gives up."""
    bare = request.startswith(b"HEAD ")
    begun = time.monotonic()
    got = bytearray()
    try:
        with socket.create_connection((host, port), patience) as connection:
            connection.settimeout(patience)
            with contextlib.suppress(OSError):  # The server may answer and close before it has read all.
                connection.sendall(request)
            while len(got) < KEPT and not _complete(got, bare):
                chunk = connection.recv(65536)
                if not chunk:
                    break
                got += chunk
    except (OSError, TimeoutError):
        pass
    return _read(bytes(got), time.monotonic() - begun, bare)


def _complete(got: bytearray, bare: bool) -> bool:
    head, end, body = bytes(got).partition(b"\r\n\r\n")
    if not end:
        return False
    if head.startswith(b"HTTP/1.1 100"):
        return _complete(bytearray(body), bare)
    if bare or head[9:12] in (b"204", b"304"):
        return True
    length = _LENGTH.search(head)
    if length is not None:
        return len(body) >= int(length[1])
    return body.endswith(b"0\r\n\r\n") if _CHUNKED.search(head) else False


def _read(got: bytes, seconds: float, bare: bool) -> Outcome:
    while got.startswith(b"HTTP/1.1 100"):
        got = got.partition(b"\r\n\r\n")[2]
    head, end, body = got.partition(b"\r\n\r\n")
    found = re.match(rb"HTTP/1\.[01] (\d\d\d)", head)
    if not end or found is None:
        return Outcome(0, seconds)
    whole = _complete(bytearray(got), bare) or (_LENGTH.search(head) is None and _CHUNKED.search(head) is None)
    if _CHUNKED.search(head):
        body = _unchunked(body)
    elif (length := _LENGTH.search(head)) is not None:
        body = body[: int(length[1])]  # A second answer may follow.
    return Outcome(int(found[1]), seconds, head, body, whole)


def _unchunked(body: bytes) -> bytes:
    out = bytearray()
    while body:
        size, _, rest = body.partition(b"\r\n")
        try:
            length = int(size.partition(b";")[0], 16)
        except ValueError:
            break
        if length == 0:
            break
        out += rest[:length]
        body = rest[length + 2 :]
    return bytes(out)
