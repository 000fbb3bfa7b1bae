"""A reverse proxy on a port of its own, which changes requests and answers as nginx does."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote_to_bytes

from support.waiting import NET

_HOP = frozenset({"connection", "keep-alive", "transfer-encoding"})
PLAIN = "".join(chr(each) for each in range(0x21, 0x7F) if chr(each) not in '"#%?')
"""The characters of a path that nginx does not encode again after it has decoded them."""


@contextmanager
def reverse_proxy(
    upstream: int, location: str = "/", *, stripped: bool = False, host: str | None = None, **added: str
) -> Iterator[int]:
    """The port of a proxy with ``location LOCATION { proxy_pass http://127.0.0.1:UPSTREAM; }``, and one for
    /.well-known/caldav, until the block ends.

    ``stripped``: proxy_pass has a URI, ``/``, so nginx decodes the path, takes the location off and encodes it again.
    ``host``: ``$http_host`` sends the client's Host; None is nginx's default, the address of the upstream. ``added``:
    further request headers with ``_`` for ``-``.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _pass(self) -> None:
            path = self.path
            if not path.startswith((location, "/.well-known/caldav")):
                self.send_error(404)
                return
            if stripped and path.startswith(location):
                before, mark, query = path.partition("?")
                decoded = unquote_to_bytes(before)[len(location) :]
                path = "/" + quote(decoded, safe=PLAIN) + mark + query
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            there = http.client.HTTPConnection("127.0.0.1", upstream, timeout=NET)
            there.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
            there.putheader("Host", self.headers["Host"] if host == "$http_host" else f"127.0.0.1:{upstream}")
            for name, value in self.headers.items():
                if name.lower() not in _HOP | {"host"}:
                    there.putheader(name, value)
            for name, value in added.items():
                there.putheader(name.replace("_", "-"), value.replace("$http_host", self.headers["Host"]))
            there.endheaders(body)
            answer = there.getresponse()
            content = answer.read()
            there.close()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() in _HOP | {"content-length"}:
                    continue
                if name.lower() == "location" and stripped:
                    # proxy_redirect default
                    shown = location + value.removeprefix(f"http://127.0.0.1:{upstream}/")
                    value = shown if value.startswith(f"http://127.0.0.1:{upstream}/") else value
                self.send_header(name, value)
            if answer.status not in (204, 304):
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Writes no log."""

    for method in (
        "GET",
        "PUT",
        "POST",
        "DELETE",
        "PROPFIND",
        "PROPPATCH",
        "REPORT",
        "MOVE",
        "COPY",
        "MKCALENDAR",
        "ACL",
    ):
        setattr(Handler, f"do_{method}", Handler._pass)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join(NET)
        server.server_close()
