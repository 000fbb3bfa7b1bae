"""Reads the body of a calendar-multiget in the form that nearly all clients send: hrefs in one row, without entities,
attributes and comments.

All devices of one app send the same bytes around the hrefs. So these are cut out first, and the rest is parsed once for
all. Every other body gives None, and the parser reads it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import parsed
from televent.adapters.caldav.webdav.names import c, d
from televent.adapters.caldav.webdav.xml_in import Element, children, is_utf8, name_of

MAX_BODY: Final = 32 * 1024
"""Max bytes of a body that is read so."""
MAX_REST: Final = 4096
"""Max bytes around the hrefs."""

_TEXT: Final = rb"[!-%'-;=?-~]+"
"""An href, in ASCII without blanks, ``&``, ``<`` and ``>``."""
_ROW: Final = re.compile(
    rb"<((?:[A-Za-z][A-Za-z0-9]{0,15}:)?)href>" + _TEXT + rb"</\1href>(?:[ \t\r\n]*<\1href>" + _TEXT + rb"</\1href>)*"
)
_EACH: Final = re.compile(rb">(" + _TEXT + rb")</")
_ANY: Final = "any-members-of-any-device"
"""Stands for all hrefs."""


def usual_hrefs(body: bytes, charset: str | None) -> tuple[Element, list[str]] | None:
    """The root of a body, whose hrefs are others, and the hrefs; None: the parser has to read it. ``charset``: the
    parameter of its Content-Type."""
    row = _ROW.search(body) if len(body) <= MAX_BODY else None
    if row is None or len(body) - len(row[0]) > MAX_REST:
        return None
    one = b"<%shref>%s</%shref>" % (row[1], _ANY.encode(), row[1])
    root = _around(body[: row.start()] + one + body[row.end() :], charset)
    return None if root is None else (root, [each.decode() for each in _EACH.findall(row[0])])


@lru_cache(maxsize=256)
def _around(body: bytes, charset: str | None) -> Element | None:
    """The root of a body with one href, _ANY; None where it is no multiget, has other hrefs, or has faults."""
    try:
        root = parsed(body, charset) if is_utf8(body, charset) else None
    except DavError:
        return None
    if root is None or name_of(root) != c("calendar-multiget"):
        return None
    hrefs = [each for each in children(root) if name_of(each) == d("href")]
    return root if len(hrefs) == 1 and hrefs[0].text == _ANY and not len(hrefs[0]) else None
