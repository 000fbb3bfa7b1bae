"""Puts values that exist only while the server runs into requests: login, home, and ids from the server."""

from __future__ import annotations


def filled(raw: bytes, fill: dict[bytes, bytes]) -> bytes:
    """The request with each value in its places. A correct Content-Length is corrected for the new length."""
    head, end, body = raw.partition(b"\r\n\r\n")
    before = len(body)
    for name, value in fill.items():
        head, body = head.replace(name, value), body.replace(name, value)
    said, now = (b"\r\nContent-Length: %d\r\n" % size for size in (before, len(body)))
    return (head + end).replace(said, now, 1) + body
