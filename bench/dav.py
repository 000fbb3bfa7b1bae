"""Builds the requests of the workloads as a calendar app sends them."""

from __future__ import annotations

import base64
from collections.abc import Sequence

NS = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"'
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
POLL = f"{HEAD}<D:propfind {NS}><D:prop><CS:getctag/><D:sync-token/></D:prop></D:propfind>".encode()
ETAGS = f"{HEAD}<D:propfind {NS}><D:prop><D:getetag/></D:prop></D:propfind>".encode()
MKCALENDAR = (
    f"{HEAD}<C:mkcalendar {NS}><D:set><D:prop><D:displayname>Bench</D:displayname></D:prop></D:set></C:mkcalendar>"
).encode()


def sync_collection(token: str) -> bytes:
    """A sync-collection REPORT (RFC 6578 section 3.2); an empty token requests everything."""
    return (
        f"{HEAD}<D:sync-collection {NS}><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
        "<D:prop><D:getetag/></D:prop></D:sync-collection>"
    ).encode()


def multiget(hrefs: Sequence[str]) -> bytes:
    """A calendar-multiget REPORT with data (RFC 4791 section 7.9)."""
    listed = "".join(f"<D:href>{href}</D:href>" for href in hrefs)
    return (
        f"{HEAD}<C:calendar-multiget {NS}><D:prop><D:getetag/><C:calendar-data/></D:prop>{listed}</C:calendar-multiget>"
    ).encode()


def query(start: str, end: str) -> bytes:
    """A calendar-query REPORT for the events between two UTC instants, with data (RFC 4791 section 7.8)."""
    return (
        f"{HEAD}<C:calendar-query {NS}><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter>"
        f'<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="{start}" end="{end}"/>'
        "</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    ).encode()


def free_busy(start: str, end: str) -> bytes:
    """A free-busy-query REPORT between two UTC instants (RFC 4791 section 7.10)."""
    return (f'{HEAD}<C:free-busy-query {NS}><C:time-range start="{start}" end="{end}"/></C:free-busy-query>').encode()


def request(
    method: str,
    path: str,
    *,
    host: str,
    login: tuple[str, str],
    body: bytes = b"",
    depth: int | None = None,
    content_type: str = "application/xml; charset=utf-8",
) -> bytes:
    """An HTTP/1.1 request as bytes, with Basic authentication."""
    basic = base64.b64encode(":".join(login).encode()).decode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Authorization: Basic {basic}", "User-Agent: bench"]
    if depth is not None:
        lines.append(f"Depth: {depth}")
    if body:
        lines += [f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
