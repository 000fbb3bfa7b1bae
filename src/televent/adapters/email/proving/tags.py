"""Reads lists of tags: DKIM signatures, ARC seals and key records (RFC 6376 §3.2)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final

MAX_TAGS: Final = 50
"""Max tags of a list."""
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}\Z")
_SPACE: Final = re.compile(r"[ \t\r\n]+")


class BadTags(Exception):
    """The text is no list of tags."""


def tags_of(text: bytes) -> Mapping[str, str]:
    """The tags and their values, without blanks around them. Raises BadTags, also for a tag that comes twice."""
    try:
        items = text.decode("ascii").split(";")
    except UnicodeDecodeError as error:
        raise BadTags("not ASCII") from error
    if items and not items[-1].strip():
        items.pop()
    if len(items) > MAX_TAGS:
        raise BadTags(f"more than {MAX_TAGS} tags")
    found: dict[str, str] = {}
    for item in items:
        name, equals, value = item.partition("=")
        name = name.strip()
        if not equals or not _NAME.match(name) or name in found:
            raise BadTags("a tag is malformed or comes twice")
        found[name] = value.strip()
    return found


def bytes_of(value: str) -> bytes:
    """A value in base64, which may be folded. Raises BadTags."""
    try:
        return base64.b64decode(_SPACE.sub("", value), validate=True)
    except binascii.Error as error:
        raise BadTags("no base64") from error
