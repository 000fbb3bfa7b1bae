"""Reads the text that a person wrote in a mail, as one plain text within bounds."""

from __future__ import annotations

import html
import re
from typing import Final

from televent.adapters.email.reading.charsets import text_in
from televent.adapters.email.reading.fields import fields, named, unfolded
from televent.adapters.email.reading.parts import Part
from televent.adapters.email.reading.words import shown
from televent.application.mail.incoming import WrittenText

MAX_BYTES: Final = 16 * 1024
"""Max bytes of a text part that are read."""
MAX_TEXT: Final = 1500
"""Max characters of the text that is kept."""
MAX_SUBJECT: Final = 200
"""Max characters of the subject that is kept."""
_SUBJECT: Final = named(("subject",))
_READ: Final = named(("subject", "auto-submitted", "precedence", "list-id", "list-unsubscribe"))
_HIDDEN: Final = re.compile(r"<(script|style|head)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/li|/tr)\b[^>]{0,200}>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^>]{0,2000}>?")
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_QUOTED: Final = re.compile(r"^>.*(?:\n|\Z)", re.MULTILINE)
_EMPTY: Final = re.compile(r"\n\s*\n\s*\n+")


def written_text(mail: Part) -> WrittenText | None:
    """The text of a mail without its quoted lines; None where it has none."""
    plain = next((part for part in mail.walk() if part.type == "text/plain" and not part.filename), None)
    rich = next((part for part in mail.walk() if part.type == "text/html" and not part.filename), None)
    text = _plain(plain) if plain is not None else ""
    if not text and rich is not None:
        text = _tidy(html.unescape(_TAG.sub("", _BREAK.sub("\n", _HIDDEN.sub("", _decoded(rich))))))
    if not text:
        return None
    found = _fields(mail, _READ)
    automatic = found.get("auto-submitted", "no").strip().lower() != "no" or "list-id" in found
    automatic |= "list-unsubscribe" in found or found.get("precedence", "").strip().lower() in ("bulk", "junk", "list")
    return WrittenText(_subject(found), text, automatic)


def subject_of(mail: Part) -> str:
    """The subject of a mail in one line; "" where it has none."""
    return _subject(_fields(mail, _SUBJECT))


def _fields(mail: Part, wanted: re.Pattern[bytes]) -> dict[str, str]:
    """The first field of each wanted name."""
    found: dict[str, str] = {}
    for name, value in fields(mail.raw, mail.head, mail.start, wanted):
        found.setdefault(name, unfolded(value[:2000].decode("ascii", "surrogateescape")))
    return found


def _subject(found: dict[str, str]) -> str:
    return " ".join(_UNSEEN.sub(" ", shown(found.get("subject", ""))).split())[:MAX_SUBJECT]


def _plain(part: Part) -> str:
    return _tidy(_QUOTED.sub("", _decoded(part).replace("\r\n", "\n")))


def _decoded(part: Part) -> str:
    return text_in(part.parameter("charset") or "", part.content(MAX_BYTES)[:MAX_BYTES])


def _tidy(text: str) -> str:
    text = _EMPTY.sub("\n\n", _UNSEEN.sub("", text.replace("\r\n", "\n"))).strip()
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
