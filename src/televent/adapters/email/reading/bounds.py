"""The bounds of a mail that is read, and the refusal beyond them (ADR 31)."""

from __future__ import annotations

from typing import Final

MAX_MAIL: Final = 5 * 1024 * 1024
"""Max bytes of a mail."""
MAX_HEAD: Final = 256 * 1024
"""Max bytes of the header block of a mail."""
MAX_PART_HEAD: Final = 64 * 1024
"""Max bytes of the header block of one part."""
MAX_FIELD: Final = 4 * 1024
"""Max bytes of all fields of one name in a header block, for names that are read."""
MAX_COMMENTS: Final = 50
"""Max opening parentheses in a field that is read: parsers of comments are recursive (RFC 5322 §3.2.2)."""
MAX_RECEIVED: Final = 100
"""Max Received fields: a mail with more is in a loop (RFC 5321 §6.3)."""
MAX_FIELDS: Final = 64 * 1024
"""Max bytes of all Content-* fields of a mail that are read, in all its parts."""
MAX_PARTS: Final = 250
"""Max parts of a mail, at all levels."""
MAX_DEPTH: Final = 32
"""Max levels of parts."""
MAX_DASHED: Final = 20_000
"""Max lines of a multipart mail that begin with "--" and so may be delimiters (RFC 2046 §5.1.1)."""

TOO_LARGE: Final = "552 5.3.4"
"""The reply's code for a mail with too large a header block (RFC 3463 §3.4)."""
BAD_CONTENT: Final = "554 5.6.0"
"""The reply's code for content that is not read (RFC 3463 §3.7)."""
LOOP: Final = "554 5.4.6"
"""The reply's code for a routing loop (RFC 3463 §3.5)."""


class BeyondBounds(Exception):
    """A mail is larger or more complex than this server reads. ``str`` is the reason, ``reply`` the SMTP reply."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.reply = f"{code} {reason}"
