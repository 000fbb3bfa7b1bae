"""Enhanced status codes of SMTP and LMTP replies (RFC 2034, RFC 3463, RFC 5248)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_REPLY: Final = re.compile(r"(?!220)([245]\d\d)([ -])(.*)", re.DOTALL)
"""A reply that has an enhanced code. 220 is the greeting of a connection, which has none (RFC 2034 §3)."""
_ENHANCED: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?: |\Z)")
_CODES: Final[Mapping[str, str]] = {
    "252": "2.5.0",
    "421": "4.3.2",
    "451": "4.3.0",
    "452": "4.5.3",
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
    "503": "5.5.1",
    "504": "5.5.4",
    "530": "5.7.0",
    "550": "5.1.1",
    "552": "5.3.4",
    "553": "5.1.3",
    "555": "5.5.4",
}
"""The enhanced code for each basic one that aiosmtpd writes without (RFC 5248 §2.4)."""


def enhanced(reply: str) -> str:
    """The reply with an enhanced code in each line; the first digits of both codes are the same (RFC 2034 §4)."""
    return "\r\n".join(_line(each) for each in reply.split("\r\n"))


def _line(line: str) -> str:
    found = _REPLY.fullmatch(line)
    if found is None or _ENHANCED.match(found[3]):
        return line
    code = _CODES.get(found[1], f"{found[1][0]}.0.0")
    return f"{found[1]}{found[2]}{code} {found[3]}"
