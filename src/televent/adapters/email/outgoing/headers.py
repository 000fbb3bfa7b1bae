"""Writes the header fields of our mails (RFC 5322 §2.2, §3.4; RFC 2047).

The email package is not used for this. Its policies decode encoded-words in the values that they are given, and before
CPython 3.11.10 and 3.12.5 they write a decoded CR LF as it is: a title could then end the header section. Here a value
is text and nothing else. Only the standard library is imported, so that a test can run this under every Python.
"""

from __future__ import annotations

import base64
import re
from typing import Final

LINE: Final = 76
"""Max characters of a line with an encoded-word (RFC 2047 §2); RFC 5322 §2.1.1 recommends 78 for the others."""
WORD: Final = 54
"""Max characters of a word that is written as it is. Longer text is encoded, because a word cannot be folded."""
CHUNK: Final = 39
"""Max bytes of text in one encoded-word: 64 characters, which fit into a line after "Reply-To:"."""
MAX_ADDRESS: Final = 254
"""Max characters of an address (RFC 5321 §4.5.3.1.3)."""

_UNPRINTABLE = re.compile("[\x00-\x20\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
"""White space, controls of text and of its direction, and lone surrogates, which have no UTF-8 form."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PRINTABLE = re.compile(r"[ -~]*\Z")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+\Z")
_ATOM = r"[^\s\x00-\x20\x7f-\x9f()<>\[\]:;@\\,.\"\ud800-\udfff]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*\Z")
_LOCAL = re.compile(r"[^\s\x00-\x20\x7f-\x9f<>\"\\\ud800-\udfff]{1,64}\Z")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[A-Za-z0-9:.]+\])\Z")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,200}@[A-Za-z0-9._:\[\]-]{1,255}\Z")
_PIECE = re.compile(r"[^ ](?: [^ ]){0,4}|.", re.DOTALL)
"""A character with the single spaces and one-character words around it, which one encoded-word must hold together."""
_NAME = re.compile(r"[A-Z][A-Za-z-]{1,30}\Z")


class BadHeader(ValueError):
    """A value has no form in a header: it is no address, or no message id."""


def clean(value: str) -> str:
    """The text in one line: white space and control characters become single spaces.

    "=?" is parted. Then there is no encoded-word in the text, not even for a receiver that decodes it twice.
    """
    return _UNPRINTABLE.sub(" ", value).strip().replace("=?", "= ?")


def text(value: str) -> str:
    """The value of an unstructured field (RFC 5322 §3.2.5)."""
    value = clean(value)
    return value if _plain(value) else _encoded(value)


def mailbox(name: str, address: str) -> str:
    """The value of a field with one address and its display name (RFC 5322 §3.4). Raises BadHeader."""
    spec, name = addr_spec(address), clean(name)
    if not name:
        return spec
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    phrase = name if _ATOMS.match(name) else quoted
    return f"{phrase if _plain(phrase) else _encoded(name)} <{spec}>"


def addr_spec(address: str) -> str:
    """An address in the form of a header and of SMTP (RFC 5322 §3.4.1, RFC 5321 §4.1.2), with its domain in ASCII.

    A local part that is not ASCII stays (RFC 6532). Raises BadHeader.
    """
    local, _, domain = address.rpartition("@")
    if not domain.isascii():
        try:
            domain = domain[:MAX_ADDRESS].encode("idna").decode("ascii")
        except UnicodeError:
            domain = ""
    if len(address) > MAX_ADDRESS or not _LOCAL.match(local) or not _DOMAIN.match(domain):
        raise BadHeader(f"not an address: {clean(address)[:80]!r}")
    return f"{local}@{domain}" if _DOT_ATOM.match(local) else f'"{local}"@{domain}'


def message_id(value: str) -> str:
    """A message id in its angle brackets (RFC 5322 §3.6.4). Raises BadHeader."""
    if not _MESSAGE_ID.match(value):
        raise BadHeader(f"not a message id: {clean(value)[:80]!r}")
    return f"<{value}>"


def known_id(value: str) -> str:
    """The message id in a Message-ID field that somebody else wrote, without angle brackets; "" where ours could not
    repeat it: it is no id, or longer than we write."""
    value = value.strip(" \t").removeprefix("<").removesuffix(">")
    return value if _MESSAGE_ID.match(value) else ""


def field(name: str, value: str) -> bytes:
    """One folded field with its line end. ``value`` has the form of its field already. Raises BadHeader."""
    if not _NAME.match(name) or _CONTROL.search(value):
        raise BadHeader(f"not a value of {name[:40]!r}")
    lines = [f"{name}:"]
    for number, word in enumerate(value.split(" ")):
        if number and len(lines[-1]) + 1 + len(word) > LINE:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines).encode() + b"\r\n"


def _plain(value: str) -> bool:
    """Whether text can be written as it is, and folded between its words."""
    return bool(_PRINTABLE.match(value)) and max(map(len, value.split(" "))) <= WORD


def _encoded(value: str) -> str:
    """The text as encoded-words. White space between two of them is no part of the text (RFC 2047 §6.2)."""
    # A space stays with the character after it: some readers drop one at the end or the start of an encoded-word.
    chunks = [b""]
    for piece in _PIECE.findall(value):
        data = piece.encode()
        if len(chunks[-1]) + len(data) > CHUNK and chunks[-1]:
            chunks.append(b"")
        chunks[-1] += data
    return " ".join(f"=?utf-8?b?{base64.b64encode(chunk).decode('ascii')}?=" for chunk in chunks)
