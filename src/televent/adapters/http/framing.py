"""Requests whose end or target two programs may read differently: refused before the application sees them.

A proxy in front of this server that reads the end of a request elsewhere would take one client's bytes for another
client's request (RFC 9112 §11.2, request smuggling). The parser refuses most of these; this module refuses the rest.
"""

from __future__ import annotations

import re
from typing import Any, Final

import httptools
import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = structlog.get_logger("televent.connection")

Headers = list[tuple[bytes, bytes]]

_HOST: Final = re.compile(
    rb"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?"
).fullmatch
"""uri-host with an optional port (RFC 9110 §7.2, RFC 3986 §3.2.2). It may be empty."""
_NO_TARGET: Final = re.compile(rb"([A-Z]{3,20})  (?=HTTP/1\.[01]\r\n)").match
_ABSOLUTE: Final = re.compile(rb"https?://([^/?]*)", re.IGNORECASE).match


class FramedConnection(HttpToolsProtocol):
    """An HTTP/1 connection that answers requests with doubtful framing by an error and closes."""

    _upgrade: tuple[bytes, bytes, bytes, Headers] | None = None
    """Method, target, version and headers of a request that asks for another protocol, until it is parsed again."""
    socket_paths: frozenset[bytes] = frozenset()
    """The paths on which a client may ask for a WebSocket."""
    _between = True
    """True while no request has begun, or the last one has come whole."""

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        # A loop over places in the data: a client may send thousands of requests with Upgrade at once.
        waiting = [memoryview(data)]
        while waiting:
            piece, between = waiting.pop(), self._between
            try:
                self.parser.feed_data(piece)
            except httptools.HttpParserUpgrade as upgrade:
                if self._upgrade is not None:
                    if self._asks_for_websocket(self._upgrade) and upgrade.args[0] == len(piece):
                        self.to_websocket(self._head(self._upgrade))
                        return
                    waiting += [piece[upgrade.args[0] :], memoryview(self._without_upgrade(self._upgrade))]
            except httptools.HttpParserError:
                line = _NO_TARGET(piece) if between else None
                if line is None:
                    self.send_400_response("the request is malformed")
                    return
                # KDE writes such a line for a URL without a path, which names the root (RFC 3986 §6.2.3). A redirect
                # (RFC 9112 §3.2) would make it ask its user whether the site is a trick: it comes before the challenge.
                self._renew_parser()
                waiting += [piece[line.end() :], memoryview(line[1] + b" / ")]

    def on_message_begin(self) -> None:
        self._between = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        if method != b"CONNECT" and self.parser.should_upgrade():
            self._upgrade = method, self.url, version, self.headers
            return
        fault = fault_of(method, version, self.url, self.headers)
        if fault is not None:
            # The answer keeps its turn behind those to earlier requests.
            self.app = _refusal(*fault)
            self.url = b"/"
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        if self._upgrade is None:
            self._between = True
            super().on_message_complete()

    def _asks_for_websocket(self, asked: tuple[bytes, bytes, bytes, Headers]) -> bool:
        """Whether this is the handshake of a WebSocket (RFC 6455 §4.2.1) on a path that has one. While an earlier
        request is being answered, it is answered as any other request."""
        method, target, version, headers = asked
        free = not self.pipeline and (self.cycle is None or self.cycle.response_complete)
        if not free or method != b"GET" or target.partition(b"?")[0] not in self.socket_paths:
            return False
        # A connection above the limit has another application, which refuses.
        if self.app is not self.config.loaded_app or fault_of(method, version, target, headers) is not None:
            return False
        return any(name == b"upgrade" and value.lower() == b"websocket" for name, value in headers)

    def to_websocket(self, head: bytes) -> None:
        """Gives the connection to the protocol of WebSockets, which answers this request."""
        make: Any = self.ws_protocol_class
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        protocol = make(config=self.config, server_state=self.server_state, app_state=self.app_state)
        protocol.connection_made(self.transport)
        self.transport.set_protocol(protocol)
        protocol.data_received(head)

    def _head(self, asked: tuple[bytes, bytes, bytes, Headers]) -> bytes:
        method, target, version, headers = asked
        lines = [b"%b %b HTTP/%b" % (method, target, version), *(b"%b: %b" % each for each in headers), b"", b""]
        return b"\r\n".join(lines)

    def _without_upgrade(self, asked: tuple[bytes, bytes, bytes, Headers]) -> bytes:
        """The head of a request that asked for another protocol, without its Upgrade header; a new parser reads it.

        A server may ignore Upgrade (RFC 9110 §7.8). But the parser then takes the request's body for the other
        protocol, and the bytes after the next read for a new request."""
        method, target, version, headers = asked
        self._upgrade = None
        lines = [b"%b %b HTTP/%b" % (method, target, version)]
        lines += [b"%b: %b" % (name, value) for name, value in headers if name != b"upgrade"]
        self._renew_parser()
        return b"\r\n".join([*lines, b"", b""])

    def _renew_parser(self) -> None:
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)


def fault_of(method: bytes, version: bytes, target: bytes, headers: Headers) -> tuple[int, str] | None:
    """The status and the reason of a refusal; None for a request that everybody reads alike. Header names are in lower
    case. Replaces the Host header by the authority of a target in absolute form (RFC 9112 §3.2.2)."""
    if version == b"0.9":
        return 400, "The request line names no version of HTTP."
    if version not in (b"1.1", b"1.0"):
        return 505, "Use HTTP/1.1."
    if method == b"CONNECT":
        return 400, "This server is no proxy."
    host: bytes | None = None
    for name, value in headers:
        if name == b"host":
            if host is not None:
                return 400, "There are several Host headers."
            host = value
        elif name == b"transfer-encoding":
            if version == b"1.0":
                # RFC 9112 §6.1: a proxy that knows HTTP/1.0 only does not see where the body ends.
                return 400, "HTTP/1.0 has no Transfer-Encoding."
            if value.lower() != b"chunked":
                return 501, "The only transfer coding is chunked."
    # RFC 9112 §3.2
    if host is None and version == b"1.1":
        return 400, "The Host header is missing."
    if host is not None and not _HOST(host):
        return 400, "The Host header is invalid."
    if b"#" in target:
        # A fragment is no part of a target. Without it the target would name another resource.
        return 400, "The request target has a fragment."
    if not target.startswith((b"/", b"*")):
        absolute = _ABSOLUTE(target)
        if absolute is None or not absolute[1] or not _HOST(absolute[1]):
            return 400, "The request target is invalid."
        headers[:] = [each for each in headers if each[0] != b"host"] + [(b"host", absolute[1])]
    return None


def _refusal(status: int, why: str) -> Any:
    """The ASGI application that refuses one request and closes the connection."""

    async def refuse(scope: Any, receive: Any, send: Any) -> None:
        log.info("request refused", status=status, why=why)
        body = f"{why}\n".encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return refuse
