"""Edits the managed attachments of a calendar object line by line: RFC 8607 §4. All other lines stay as they came."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from televent.ical.itip.normalise import mended
from televent.ical.itip.parts import Parts, occurrence, parts_to_edit
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import address_of
from televent.ical.recurrence.occurrences import each_occurrence
from televent.ical.text.characters import NEVER
from televent.ical.text.errors import IcalError, InvalidCalendarObject
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import moment, written

MASTER: Final = "M"
"""The ``rid`` of the component without RECURRENCE-ID, in upper or lower case (§3.3.2)."""
MAX_RIDS: Final = 100
"""Max occurrences that one request names."""
_UPPER: Final = bytes(range(256)).upper()
_FOLD: Final = re.compile(rb"\r?\n[ \t]")
_UNFIT: Final = re.compile(rf'[{NEVER}\t\n\r\x80-\x9f"/\\\u2028\u2029\u202a-\u202e\u2066-\u2069]')
LONGEST_NAME: Final = 200
"""Max characters of a file name."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """The values of an ATTACH line. ``size`` is in bytes."""

    managed_id: str
    url: str
    filename: str
    media_type: str
    size: int


class UnknownOccurrence(InvalidCalendarObject):
    """``rid`` names no occurrence of the object."""


class UnknownAttachment(InvalidCalendarObject):
    """None of the named components has that attachment."""


def misplaced(text: CalendarText, ids: Collection[str], ours: Callable[[str, str], bool]) -> bool:
    """True where an ATTACH with one of the ids has a URL that is not the server's. ``ours``: whether this URL is the
    server's for that id."""
    lines = (each for part in text.tree.walk() for each in part.all("ATTACH")) if ids else ()
    named = ((each.value, id_) for each in lines if (id_ := _id_of(each)) is not None)
    return any(id_ in ids and not ours(value, id_) for value, id_ in named)


def may_have_managed_ids(text: bytes) -> bool:
    """False where the text has no MANAGED-ID for certain, folded or not. It is not parsed, so this is cheap."""
    return b"MANAGED-ID" in text.translate(_UPPER, b"\r\n \t")


def relocate(root: Component, url_of: Callable[[str, str], str]) -> bool:
    """Gives each managed attachment the URL ``url_of(URL, id)``. Returns True if that changed the tree."""
    changed = False
    for part in root.walk():
        for each in part.all("ATTACH"):
            managed = _id_of(each)
            url = url_of(each.value, managed) if managed is not None else each.value
            if url != each.value:
                part.replace(each, each.with_value(url))
                changed = True
    return changed


def managed_ids(text: CalendarText) -> frozenset[str]:
    """Every MANAGED-ID in the text; empty for a text that cannot be read."""
    if not may_have_managed_ids(text.raw):
        return frozenset()
    try:
        root = text.tree
    except IcalError:
        return frozenset()
    return frozenset(found for part in root.walk() for each in part.all("ATTACH") if (found := _id_of(each)))


def urls_of(text: CalendarText, managed_id: str) -> frozenset[str]:
    """Every URL that the text has for the attachment of that id."""
    if managed_id not in managed_ids(text):
        return frozenset()
    lines = (each for part in text.tree.walk() for each in part.all("ATTACH"))
    return frozenset(each.value for each in lines if _id_of(each) == managed_id)


def mentioned(text: bytes, managed_id: str) -> bool:
    """True where the id is anywhere in the text, also in a URL: some clients drop parameters that they do not know."""
    return managed_id.encode() in _FOLD.sub(b"", text)


@dataclass(frozen=True, slots=True)
class Known:
    """The size in bytes, as text, and the URL that the server gave an attachment; None where it is not known."""

    size: str | None
    url: str | None = None


_UNKNOWN: Final = Known(None)


def known_attachments(text: CalendarText) -> dict[str, Known]:
    """The attachments of the stored text by their ids."""
    if not managed_ids(text):
        return {}
    lines = [each for part in text.tree.walk() for each in part.all("ATTACH")]
    return {id_: Known(each.param("SIZE"), each.value) for each in lines if (id_ := _id_of(each)) is not None}


def mended_lines(text: CalendarText, known: Mapping[str, Known]) -> CalendarText:
    """*text* with each URL and SIZE as in *known*, by id (§3.7), and each FILENAME made safe (§4.2).

    A client may leave out SIZE and FILENAME. The URL belongs to the server: another one behind a valid id would lead
    the guests to a stranger's file. The same object where nothing must change.
    """
    if not managed_ids(text):
        return text
    root, changed = text.copy(), False
    for part in root.walk():
        for each in part.all("ATTACH"):
            managed, size, name = _id_of(each), each.param("SIZE"), each.param("FILENAME")
            if managed is None:
                continue
            better, true = each, known.get(managed, _UNKNOWN)
            if true.url is not None and each.value != true.url:
                better = better.with_value(true.url)
            if size is not None and true.size is not None and size != true.size:
                better = better.with_param("SIZE", true.size)
            if name is not None and name != fit_name(name):
                better = better.with_param("FILENAME", fit_name(name))
            if better is not each:
                part.replace(each, better)
                changed = True
    return CalendarText.of_tree(root) if changed else text


def renamed(text: CalendarText, places: Mapping[str, tuple[str, str]]) -> CalendarText:
    """*text* with a new id and URL for each attachment in *places*, by its id. The same object for no places."""
    if not places:
        return text
    root = text.copy()
    for part in root.walk():
        for each in part.all("ATTACH"):
            if (place := places.get(_id_of(each) or "")) is not None:
                part.replace(each, each.with_value(place[1]).with_param("MANAGED-ID", place[0]))
    return CalendarText.of_tree(root)


def without_managed_ids(root: Component, kept: Collection[str] = ()) -> None:
    """Removes every MANAGED-ID but those ``kept``: outside its own server an attachment is an unmanaged one
    (§3.12.7)."""
    for part in root.walk():
        for each in part.all("ATTACH"):
            if each.param("MANAGED-ID") is not None and _id_of(each) not in kept:
                part.replace(each, each.with_param("MANAGED-ID"))


def foreign(text: CalendarText, kept: Collection[str] = ()) -> CalendarText:
    """A message from outside without its MANAGED-IDs, but for those ``kept``.

    Another server's id has no meaning here, and an outside sender must not refer to an attachment of this server. The
    same object where there is none, or where the text cannot be read.
    """
    if not may_have_managed_ids(text.raw):
        return text
    try:
        whole = mended(text.raw)
        root = (text if whole == text.raw else CalendarText(whole)).copy()
    except IcalError:
        return text
    without_managed_ids(root, kept)
    return CalendarText.of_tree(root)


def fit_name(name: str) -> str:
    """*name* as a safe file name (RFC 6266 §4.3); "attachment" where nothing is left.

    It is the last path segment without control characters and text direction marks, of bounded length.
    """
    name = re.split(r"[/\\]", name)[-1]
    name = _UNFIT.sub("", name).strip().strip(".")
    if len(name) > LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        short = dot and len(ending) < 20
        name = f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}" if short else name[:LONGEST_NAME]
    return name or "attachment"


def attendees_with(text: CalendarText, managed_id: str) -> frozenset[str]:
    """The addresses of all attendees of the components that have the attachment."""
    root = text.tree
    return frozenset(
        address_of(attendee)
        for part in root.components()
        if _has(part, managed_id)
        for attendee in part.all("ATTENDEE")
    )


def add_attachment(
    text: CalendarText, attachment: Attachment, rids: Sequence[str] | None, *, now: datetime
) -> CalendarText:
    """Adds an ATTACH to each component that ``rids`` names, to all for None (§3.4).

    An occurrence without an override gets one. Raises UnknownOccurrence, IcalError.
    """

    def change(part: Component) -> None:
        part.add(_line(attachment, part.ending))

    return _edited(text, rids, now, change)


def update_attachment(text: CalendarText, managed_id: str, attachment: Attachment, *, now: datetime) -> CalendarText:
    """Replaces the attachment in every component that has it (§3.5). Raises UnknownAttachment, IcalError."""
    found = False

    def change(part: Component) -> None:
        nonlocal found
        for each in part.all("ATTACH"):
            if _id_of(each) == managed_id:
                found = True
                part.replace(each, _line(attachment, part.ending))

    changed = _edited(text, None, now, change)
    if not found:
        raise UnknownAttachment("no such attachment in this object")
    return changed


def remove_attachment(
    text: CalendarText, managed_id: str, rids: Sequence[str] | None, *, now: datetime
) -> CalendarText:
    """Removes the attachment from the components that ``rids`` names, from all for None (§3.6).

    Raises UnknownOccurrence, UnknownAttachment, IcalError.
    """
    found: list[bool] = []

    def change(part: Component) -> None:
        found.append(_has(part, managed_id))
        part.remove_if(lambda each: isinstance(each, Property) and _id_of(each) == managed_id)

    changed = _edited(text, rids, now, change)
    if not any(found) or (rids is not None and not all(found)):
        raise UnknownAttachment("no such attachment in this object")
    return changed


def _edited(
    text: CalendarText, rids: Sequence[str] | None, now: datetime, change: Callable[[Component], None]
) -> CalendarText:
    parts = parts_to_edit(text)
    named = [part for _, part in parts.items()] if rids is None else list(_named(parts, rids))
    for part in named:
        before = list(part.entries)
        change(part)
        if part.entries != before:
            part.put("DTSTAMP", written(now))
            if part.get("LAST-MODIFIED") is not None:
                part.put("LAST-MODIFIED", written(now))
    return CalendarText.of_tree(parts.root)


def _named(parts: Parts, rids: Sequence[str]) -> Iterator[Component]:
    if not rids or len(rids) > MAX_RIDS:
        raise UnknownOccurrence("no occurrence, or too many")
    seen: set[str | None] = set()
    for rid in rids:
        if rid.upper() == MASTER:
            key, part = None, parts.master
        else:
            when = moment(rid)
            if when is None:
                raise UnknownOccurrence(f"{rid[:20]} is no date or time")
            key = parts.known_as(when)
            part = parts.overrides.get(key) or _fresh(parts, key)
        if part is None:
            raise UnknownOccurrence(f"there is no occurrence {rid[:20]}")
        if key in seen:
            raise UnknownOccurrence(f"{rid[:20]} is named twice")
        seen.add(key)
        yield part


def _fresh(parts: Parts, rid: str) -> Component | None:
    """A new override for an occurrence that the series has."""
    at = parts.moment_named(rid)
    # The search needs a day on each side, which the first and the last year of datetime lack.
    if at is None or parts.master is None or not 1 < at.year < 9999:
        return None
    around = timedelta(days=2)
    found = each_occurrence(parts.root, at - around, at + around, floating_zone=UTC)
    if all(each.recurrence_id != rid for each in found):
        return None
    fresh = occurrence(parts, rid)
    if fresh is not None:
        parts.add(rid, fresh)
    return fresh


def _line(attachment: Attachment, ending: bytes) -> Property:
    params = (
        ("MANAGED-ID", (attachment.managed_id,)),
        ("FMTTYPE", (attachment.media_type,)),
        ("FILENAME", (attachment.filename,)),
        ("SIZE", (str(attachment.size),)),
    )
    return Property.of("ATTACH", attachment.url, params, ending=ending)


def _id_of(prop: Property) -> str | None:
    return prop.param("MANAGED-ID") if prop.name == "ATTACH" else None


def _has(part: Component, managed_id: str) -> bool:
    return any(_id_of(each) == managed_id for each in part.all("ATTACH"))
