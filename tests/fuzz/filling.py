"""Putting in what is known only while the server runs: who sends, where his home is, what the server has given."""

from __future__ import annotations


def filled(raw: bytes, fill: dict[bytes, bytes]) -> bytes:
    """With each value in its places; a Content-Length that was right is right again."""
    head, end, body = raw.partition(b"\r\n\r\n")
    before = len(body)
    for name, value in fill.items():
        head, body = head.replace(name, value), body.replace(name, value)
    said, now = (b"\r\nContent-Length: %d\r\n" % size for size in (before, len(body)))
    return (head + end).replace(said, now, 1) + body
