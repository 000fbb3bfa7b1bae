"""Conditional requests: RFC 9110 §13, RFC 6638 §8.3."""

from __future__ import annotations

import re
from collections.abc import Mapping

from televent.application.conditions import Conditions

_TAG = re.compile(r'\s*(?:(W/)?"([^"]*)"|(\*)|([^\s,"]+))\s*(?:,|\Z)')


def entity_tags(value: str, *, weak: bool) -> tuple[str, ...]:
    """The tags of a list, without quotes; "*" stands for itself. A tag without quotes is read as one: some clients lose
    them. ``weak``: weak tags count (If-None-Match compares weakly, If-Match never matches a weak one)."""
    tags: list[str] = []
    place = 0
    while place < len(value):
        found = _TAG.match(value, place)
        if found is None:
            # What cannot be read matches nothing: the change is not made.
            return (*tags, "\0")
        place = found.end()
        if found[3]:
            tags.append("*")
        elif found[4] is not None:
            tags.append(found[4])
        elif weak or not found[1]:
            tags.append("\0" if found[2] == "*" else found[2])
    return tuple(tags)


def conditions(headers: Mapping[str, str]) -> Conditions:
    """The conditions of a request."""
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    tag = headers.get("if-schedule-tag-match")
    return Conditions(
        if_match=None if match is None else entity_tags(match, weak=False),
        if_none_match=None if none_match is None else entity_tags(none_match, weak=True),
        if_schedule_tag_match=None if tag is None else (entity_tags(tag, weak=True) or ("",))[0],
    )


def not_modified(headers: Mapping[str, str], etag: str) -> bool:
    """The client has this representation already."""
    value = headers.get("if-none-match")
    if value is None:
        return False
    tags = entity_tags(value, weak=True)
    return "*" in tags or etag in tags
