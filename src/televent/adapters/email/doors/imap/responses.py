"""Reads the responses of an IMAP server (RFC 3501 §4, §7)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Final

MAX_LINE: Final = 8 * 1024 * 1024
"""Max bytes of a line. A search in a mailbox of a million mails has one of that size."""
MAX_LITERALS: Final = 20
"""Max literals in a response."""
_LITERAL: Final = re.compile(rb"\{(\d{1,10})\}\Z")
_FETCHED: Final = re.compile(rb"\* \d+ FETCH ", re.IGNORECASE)
_UID: Final = re.compile(rb"[ (]UID (\d{1,10})(?=[ )])", re.IGNORECASE)


class ImapError(Exception):
    """The server refuses, says something that is no IMAP, or is gone. The message is for the operator."""


class SignInRefused(ImapError):
    """The server does not take the user and password."""


@dataclass(frozen=True, slots=True)
class Response:
    """One response: its text, with ``{n}`` at the place of each literal, and the literals."""

    text: bytes
    literals: tuple[bytes, ...] = ()

    @property
    def words(self) -> list[bytes]:
        """The first words, in upper case."""
        return self.text[:200].upper().split()

    def code(self, name: str) -> str | None:
        """The value of a response code: ``[UIDVALIDITY 3857529045]``."""
        found = re.search(rf"\[{name} ([^\]]*)\]".encode(), self.text[:4096], re.IGNORECASE)
        return found[1].decode("latin-1") if found is not None else None

    def fetched(self) -> tuple[int, bytes] | None:
        """The UID and the one literal of a FETCH response; None for any other response."""
        uid = _UID.search(self.text[:1000]) if _FETCHED.match(self.text) else None
        return (int(uid[1]), self.literals[0]) if uid is not None and len(self.literals) == 1 else None


async def read_response(reader: asyncio.StreamReader, most: int) -> Response:
    """The next response. ``most``: max bytes of all its literals. Raises ImapError."""
    pieces: list[bytes] = []
    literals: list[bytes] = []
    size = 0
    while True:
        try:
            line = await reader.readuntil(b"\n")
        except asyncio.IncompleteReadError:
            raise ImapError("the server has closed the connection") from None
        except asyncio.LimitOverrunError:
            raise ImapError(f"a line has more than {MAX_LINE} bytes") from None
        line = line.rstrip(b"\r\n")
        pieces.append(line)
        found = _LITERAL.search(line)
        if found is None:
            return Response(b"".join(pieces), tuple(literals))
        size += int(found[1])
        if size > most or len(literals) == MAX_LITERALS:
            raise ImapError(f"a response has more than {most} bytes or {MAX_LITERALS} literals")
        try:
            literals.append(await reader.readexactly(int(found[1])))
        except asyncio.IncompleteReadError:
            raise ImapError("the server has closed the connection") from None
