"""Speaks SMTP over a socket, without a client library that would correct what is sent."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass, field

from fuzz.smtp.sessions import Session

_REPLY = re.compile(rb"[2-5]\d\d[ -][^\r\n]*\r\n")
QUIET = 0.05
"""Seconds without a byte after which a reply to something invalid is taken as complete."""


@dataclass
class Talk:
    """The replies of one session. ``slowest``: seconds of the slowest reply; ``ended``: the server ended it."""

    replies: list[bytes] = field(default_factory=list)
    slowest: float = 0.0
    ended: bool = False
    silent: bool = False
    """A reply that is owed did not come in time."""
    torn: bytes = b""
    """Bytes that are no reply."""


def talk(host: str, port: int, session: Session, patience: float) -> Talk:
    """Sends a session. ``patience``: seconds that a reply may take before it counts as missing."""
    done, valid = Talk(), bool(session.mails)
    try:
        with socket.create_connection((host, port), patience) as connection:
            _await(connection, done, 1, patience)
            owed = 0
            for data, replies, waits in session.pieces:
                connection.settimeout(patience)
                connection.sendall(data)
                owed += replies
                if waits and valid:
                    _await(connection, done, owed, patience)
                    owed = 0
                elif waits:
                    _await(connection, done, 1, QUIET)
                    done.silent = False
                if done.ended:
                    return done
    except OSError:
        done.ended = True
    return done


def _await(connection: socket.socket, done: Talk, count: int, patience: float) -> None:
    begun, got = time.monotonic(), b""
    connection.settimeout(patience)
    found: list[bytes] = []
    while len(found) < count:
        try:
            chunk = connection.recv(65536)
        except TimeoutError:
            done.silent = True
            break
        if not chunk:
            done.ended = True
            break
        got += chunk
        found = [each for each in _REPLY.findall(got) if each[3:4] == b" "]
    done.replies += found
    done.torn += _REPLY.sub(b"", got)
    done.slowest = max(done.slowest, time.monotonic() - begun)
