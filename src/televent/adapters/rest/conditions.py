"""Conditions and preferences in headers: If-Match, If-None-Match (RFC 9110 §13.1), Prefer (RFC 7240)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from litestar import Request

from televent.adapters.rest.mapping.wrong import wrong

_TAGS: Final = re.compile(r'\s*(?:(W/)?"([\x21\x23-\x7e]*)"\s*(?:,\s*|\Z))+', re.ASCII)
_TAG: Final = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"')
MAX_HEADER: Final = 4096
"""Max characters of such a header."""


def if_match(request: Request[Any, Any, Any]) -> tuple[str, ...] | None:
    """The strong tags of If-Match, unquoted; None without the header. Raises ValidationException."""
    found = _tags(request, "if-match")
    return None if found is None else tuple(tag for weak, tag in found if not weak)


def known_tags(request: Request[Any, Any, Any]) -> Callable[[str], bool]:
    """Whether If-None-Match has a tag, as a function of the tag. Raises ValidationException."""
    found = _tags(request, "if-none-match")
    tags = frozenset(tag for _, tag in found or ())
    return lambda etag: bool(tags) and not tags.isdisjoint(("*", etag))


def minimal(request: Request[Any, Any, Any]) -> bool:
    """Whether the client prefers an answer without a body (RFC 7240 §4.2)."""
    asked = request.headers.get("prefer", "").lower().replace(" ", "").replace('"', "")
    return "return=minimal" in re.split(r"[,;]", asked)


def _tags(request: Request[Any, Any, Any], name: str) -> list[tuple[bool, str]] | None:
    text = request.headers.get(name)
    if text is None:
        return None
    if text.strip() == "*":
        return [(False, "*")]
    if len(text) > MAX_HEADER or not _TAGS.fullmatch(text):
        raise wrong(name, "This is no list of entity tags in quotes.")
    return [(bool(weak), tag) for weak, tag in _TAG.findall(text)]
