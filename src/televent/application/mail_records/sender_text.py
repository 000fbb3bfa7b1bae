"""The stored form of a mail's sender: what was found out when the mail came."""

from __future__ import annotations

import msgspec

from televent.application.mail_records.senders import Doubt, Sender


class _Stored(msgspec.Struct, frozen=True):
    address: str
    proven: bool
    speaks_for: list[str]
    name: str = ""
    doubt: Doubt | None = None


def sender_text(sender: Sender) -> str:
    """The sender as JSON. PostgreSQL holds no NUL character, and a name may have none."""
    stored = _Stored(sender.address, sender.proven, sorted(sender.speaks_for), sender.name, sender.doubt)
    return msgspec.json.encode(stored).decode()


def read_sender(text: str | None) -> Sender | None:
    """The sender in a stored text; None where there is none."""
    if text is None:
        return None
    stored = msgspec.json.decode(text, type=_Stored)
    return Sender(stored.address, stored.proven, frozenset(stored.speaks_for), stored.name, stored.doubt)
