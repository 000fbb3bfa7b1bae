"""Makes a URL of the link that a person pasted."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

_FOREIGN: Final = re.compile(r"[^\x00-\x7f]+")


def url_of(link: str) -> str:
    """The URL of a link (RFC 3987 §3.1): apps copy the names of hosts and files in the script of their country. A
    fragment is left out, because no server gets it. A text that is no URL stays as it is."""
    link = link.strip()
    try:
        parts = urlsplit(link)
        host, port = parts.hostname or "", parts.port
        place = parts.netloc
        if not host.isascii() and "@" not in place:
            named = host.encode("idna").decode("ascii")
            place = named if port is None else f"{named}:{port}"
    except ValueError:
        return link
    path, query = (_FOREIGN.sub(lambda found: quote(found[0]), each) for each in (parts.path, parts.query))
    return urlunsplit((parts.scheme, place, path, query, ""))
