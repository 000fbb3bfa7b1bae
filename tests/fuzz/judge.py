"""Finds wrong answers, and the smallest request that causes one."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from fuzz.requests import Case
from fuzz.wire import Outcome


def complaint(case: Case, outcome: Outcome, bound: float) -> str:
    """The reason why this answer is wrong; "" where it is right. ``bound``: seconds."""
    if outcome.status == 502 and case.raw.startswith((b"COPY ", b"MOVE ")):
        return ""  # The destination is on another server (RFC 4918 §9.8.5).
    if outcome.status >= 500:
        return f"{outcome.status}"
    if outcome.seconds > bound:
        return f"it took {outcome.seconds:.1f} s"
    if outcome.status == 0:
        return "no answer" if case.framed else ""
    if not outcome.whole:
        return "a torn answer"
    kind = outcome.head.lower()
    if b"content-type: application/xml" in kind and b"content-encoding: gzip" not in kind and outcome.body:
        try:
            etree.fromstring(outcome.body, etree.XMLParser(huge_tree=True, resolve_entities=False))
        except etree.XMLSyntaxError as error:
            return f"the answer is no XML: {error}"
    return "a traceback" if b"Traceback (most recent" in outcome.body else ""


def smallest(raw: bytes, bad: Callable[[bytes], bool], tries: int = 80) -> bytes:
    """The request without all halves and lines of the body and all headers that it does not need to stay bad."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *headers = head.split(b"\r\n")

    def joined(some: list[bytes], content: bytes) -> bytes:
        kept = [f"Content-Length: {len(content)}".encode() if b"ontent-Length" in each else each for each in some]
        return b"\r\n".join([first, *kept]) + b"\r\n\r\n" + content

    for header in list(headers):
        fewer = [each for each in headers if each is not header]
        if tries and b"Content-Length" not in header and bad(joined(fewer, body)):
            headers = fewer
        tries -= 1
    size = len(body) // 2
    while size >= 1 and tries > 0:
        place = 0
        while place < len(body) and tries > 0:
            less = body[:place] + body[place + size :]
            tries -= 1
            if bad(joined(headers, less)):
                body = less
            else:
                place += size
        size //= 2
    found = joined(headers, body)
    return found if bad(found) else raw
