"""XML names of the protocols in Clark notation, and the tags for them (RFC 4918 §14, RFC 4791 §4)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from lxml import etree

from televent.adapters.caldav.webdav.text import attribute

DAV: Final = "DAV:"
CALDAV: Final = "urn:ietf:params:xml:ns:caldav"
CALENDARSERVER: Final = "http://calendarserver.org/ns/"
APPLE: Final = "http://apple.com/ns/ical/"
WEBDAV_PUSH: Final = "https://bitfire.at/webdav-push"

XML: Final = "http://www.w3.org/XML/1998/namespace"

PREFIXES: Final = {DAV: "D", CALDAV: "C", CALENDARSERVER: "CS", APPLE: "A"}
DECLARATIONS: Final = "".join(f' xmlns:{prefix}="{uri}"' for uri, prefix in PREFIXES.items())


def d(local: str) -> str:
    """The Clark name of ``local`` in DAV:."""
    return f"{{{DAV}}}{local}"


def c(local: str) -> str:
    """The Clark name of ``local`` in CalDAV's namespace."""
    return f"{{{CALDAV}}}{local}"


def cs(local: str) -> str:
    """The Clark name of ``local`` in CalendarServer's namespace."""
    return f"{{{CALENDARSERVER}}}{local}"


def a(local: str) -> str:
    """The Clark name of ``local`` in Apple's namespace."""
    return f"{{{APPLE}}}{local}"


def push(local: str) -> str:
    """The Clark name of ``local`` in WebDAV-Push's namespace."""
    return f"{{{WEBDAV_PUSH}}}{local}"


def split(name: str) -> tuple[str, str]:
    """Namespace ("" for none) and local name of a Clark name."""
    if name.startswith("{"):
        namespace, _, local = name[1:].rpartition("}")
        return namespace, local
    return "", name


def writable(namespace: str, local: str) -> str:
    """The Clark name of an element. Raises ValueError if XML does not allow the namespace or the local name."""
    name = etree.QName(namespace or None, local)
    if namespace not in ("", XML):
        try:  # The parser knows the rules for namespaces: no relative path, not the namespace of declarations, ...
            etree.fromstring(f'<X:{local} xmlns:X="{attribute(namespace)}"/>')
        except etree.XMLSyntaxError as error:
            raise ValueError(namespace) from error
    return name.text


MAX_KEPT: Final = 256
"""Max characters of a name whose tags are written once for all requests: a client may name any property, and a body
has room for names of 1 MB."""


def tags(name: str) -> tuple[str, str]:
    """The start tag without its ``>``, and the end tag of an element."""
    return _tags_once(name) if len(name) <= MAX_KEPT else _tags(name)


def _tags(name: str) -> tuple[str, str]:
    namespace, local = split(name)
    prefix = PREFIXES.get(namespace)
    if namespace == XML:
        prefix = "xml"  # The only prefix that this namespace may have; it needs no declaration (Namespaces in XML §3).
    if prefix is not None:
        return f"<{prefix}:{local}", f"</{prefix}:{local}>"
    if not namespace:
        return f"<{local}", f"</{local}>"
    return f'<X:{local} xmlns:X="{attribute(namespace)}"', f"</X:{local}>"


_tags_once = lru_cache(maxsize=2048)(_tags)


def empty(name: str) -> str:
    """The element without content, as XML."""
    return tags(name)[0] + "/>"
