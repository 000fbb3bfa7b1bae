"""A real nginx with a configuration of docs/how-to/behind-a-proxy.md."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.pgbouncer import listens
from support.running import free_ports
from support.waiting import wait_until

ABSENT = "nginx is not on PATH (make setup-interop installs it on Debian)"
DOCUMENT = Path(__file__).parents[2] / "docs" / "how-to" / "behind-a-proxy.md"
SERVER, INCLUDED = "server {", "proxy_http_version"


def program() -> str | None:
    """The path of nginx; None where it is not installed."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def documented(beginning: str) -> list[str]:
    """The nginx blocks of the document that begin so."""
    blocks = re.findall(r"^```nginx\n(.*?)^```", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE)
    return [each for each in blocks if each.startswith(beginning)]


@contextmanager
def nginx(server: str, upstream: int) -> Iterator[int]:
    """The port of an nginx with this server block, without TLS, that leads to ``upstream``."""
    command = program()
    assert command is not None, ABSENT
    (port,) = free_ports(1)
    (included,) = documented(INCLUDED)
    place = Path(tempfile.mkdtemp(prefix="televent-nginx-"))
    block = re.sub(r"^ *ssl_.*\n", "", server, flags=re.MULTILINE)
    block = block.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};").replace(":3000", f":{upstream}")
    places = "".join(
        f"{each}_temp_path {place}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (place / "televent.conf").write_text(included)
    (place / "nginx.conf").write_text(
        f"daemon off; pid {place}/pid; error_log {place}/error.log; worker_processes 1;\n"
        f"events {{}}\nhttp {{ access_log off; gzip on; gzip_types *; gzip_proxied any; {places}\n{block}\n}}\n"
    )
    place.chmod(0o755)
    process = subprocess.Popen(
        [command, "-c", str(place / "nginx.conf"), "-e", str(place / "error.log")],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: listens(port) or process.poll() is not None, what="nginx listens")
        assert process.poll() is None, (place / "error.log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(place)
