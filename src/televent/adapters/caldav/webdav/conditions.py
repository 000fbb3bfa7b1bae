"""Reads the headers of conditional requests (RFC 9110 §13, RFC 6638 §8.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from televent.application.conditions import Conditions
from televent.application.read_models.counters import Moment

_TAG = re.compile(r'\s*(?:(W/)?"([^"]*)"|(\*)|([^\s,"]+))\s*(?:,|\Z)')


def entity_tags(value: str, *, weak: bool) -> tuple[str, ...]:
    """The tags of a header's list, without quotes; "*" stays "*". A tag without quotes is accepted, because some
    clients omit them. ``weak`` True: weak tags count (If-None-Match); False: they match nothing (If-Match)."""
    tags: list[str] = []
    place = 0
    while place < len(value):
        found = _TAG.match(value, place)
        if found is None:
            # A malformed tag matches nothing, so that the request changes nothing.
            return (*tags, "\0")
        place = found.end()
        if found[3]:
            tags.append("*")
        elif found[4] is not None:
            tags.append(found[4])
        elif weak or not found[1]:
            tags.append("\0" if found[2] == "*" else found[2])
    return tuple(tags)


def conditions(headers: Mapping[str, str], moment: Moment | None = None) -> Conditions:
    """The conditions in the headers of a request. ``moment`` is the state that the calendar must have."""
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    tag = headers.get("if-schedule-tag-match")
    return Conditions(
        if_match=None if match is None else entity_tags(match, weak=False),
        if_none_match=None if none_match is None else entity_tags(none_match, weak=True),
        if_schedule_tag_match=None if tag is None else (entity_tags(tag, weak=True) or ("",))[0],
        # RFC 9110 §13.1.4: If-Match is more exact and takes precedence.
        if_unmodified_since=http_date(headers.get("if-unmodified-since")) if match is None else None,
        moment=moment,
    )


def http_date(value: str | None) -> datetime | None:
    """An HTTP-date (RFC 9110 §5.6.7); None for a missing or invalid header, which must be ignored."""
    if value is None:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def not_modified(headers: Mapping[str, str], etag: str, modified_at: datetime | None = None) -> bool:
    """True if the client has the current representation. The date counts only without If-None-Match (RFC 9110
    §13.1.3)."""
    value = headers.get("if-none-match")
    if value is None:
        since = http_date(headers.get("if-modified-since"))
        return since is not None and modified_at is not None and modified_at.replace(microsecond=0) <= since
    tags = entity_tags(value, weak=True)
    return "*" in tags or etag in tags
