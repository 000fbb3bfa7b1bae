"""Reads a finished mail back before it is sent: it must have only the header fields and parts that we write.

``headers`` and ``mime`` make that true by construction. This is the second lock: a mistake there fails one mail
instead of sending a stranger's mail as ours. Only the standard library is imported.
"""

from __future__ import annotations

import re
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from typing import Final

FIELDS: Final = frozenset(
    {
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
        "X-Auto-Response-Suppress", "X-Televent-Correlation", "List-Unsubscribe", "List-Unsubscribe-Post",
        "MIME-Version", "Content-Type",
    }
)  # fmt: skip
"""All header fields that a mail of ours may have, each once."""
REQUIRED: Final = frozenset({"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type"})
PART_FIELDS: Final = frozenset({"Content-Type", "Content-Transfer-Encoding", "Content-Disposition"})
"""All header fields that a part may have, each once."""
SHAPES: Final = (
    ("multipart/alternative", "text/plain", "text/html"),
    ("multipart/mixed", "text/plain", "application/octet-stream"),
    (
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ),
)  # fmt: skip
"""The content types of a mail's parts, in the order of the mail."""
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")
_BREAKING = re.compile("[\r\n\0]")
_MAX_DECODING = 3
MAX_LINE: Final = 998
"""Max bytes of a line (RFC 5322 §2.1.1)."""


class UnsafeMail(Exception):
    """A finished mail is not what we meant to write. The sentence names what is wrong, without the mail's content."""


def check(raw: bytes) -> None:
    """Raises UnsafeMail for a mail with other header fields or parts than ours, or with a line end in a value."""
    if _BARE.search(raw):
        raise UnsafeMail("a bare CR, LF or NUL")
    if max(map(len, raw.split(b"\r\n"))) > MAX_LINE:
        raise UnsafeMail("a line is too long")
    message = BytesParser(policy=policy.compat32).parsebytes(raw)
    _check_fields(message, FIELDS)
    if missing := REQUIRED - set(message.keys()):
        raise UnsafeMail(f"without {', '.join(sorted(missing))}")
    parts = list(message.walk())
    if tuple(part.get_content_type() for part in parts) not in SHAPES:
        raise UnsafeMail("other parts than ours")
    for part in parts[1:]:
        _check_fields(part, PART_FIELDS)
    if any(part.defects or (part.is_multipart() and (part.preamble or part.epilogue)) for part in parts):
        raise UnsafeMail("a broken part")


def _check_fields(part: Message, allowed: frozenset[str]) -> None:
    names = part.keys()
    if not allowed.issuperset(names) or len(set(names)) != len(names):
        raise UnsafeMail("other header fields than ours")
    for name, value in part.items():
        if _breaks(re.sub(r"\r\n(?=[ \t])", "", str(value))):
            raise UnsafeMail(f"a line end in {name}")


def _breaks(value: str) -> bool:
    """Whether a value has a line end or NUL in it, also after decoding its encoded-words again and again."""
    for _ in range(_MAX_DECODING):
        if _BREAKING.search(value):
            return True
        try:
            pairs = decode_header(value)
            decoded = "".join(
                text if isinstance(text, str) else text.decode(charset or "ascii", "replace") for text, charset in pairs
            )
        except (HeaderParseError, LookupError, ValueError):
            return True
        if decoded == value:
            return False
        value = decoded
    return _BREAKING.search(value) is not None
