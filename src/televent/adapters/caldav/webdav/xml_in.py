"""Parses XML from clients safely: no DTD, no entities, no network access, limited depth (RFC 4918 §20.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from televent.adapters.caldav.webdav.names import PREFIXES, split
from televent.adapters.caldav.webdav.text import attribute, escape
from televent.ical.text.charsets import bad_line, known_in_http, to_utf8

Element = etree._Element

MAX_DEPTH: Final = 100
"""Max levels of nested elements."""
_TOO_DEEP: Final = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
XML: Final = "http://www.w3.org/XML/1998/namespace"
"""The namespace of the prefix xml. No other prefix may have it (Namespaces in XML §3)."""
XML_LANG: Final = f"{{{XML}}}lang"
# Not past another "<": a row of declarations that never end would be searched to the end from each of them.
_EXTERNAL: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)[^<>\[]*\s(?:SYSTEM|PUBLIC)\s")
_DECLARED: Final = re.compile(rb"""<\?xml\s[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,39})["']""")
_BOM: Final = b"\xef\xbb\xbf"
_BOM_16: Final = (b"\xff\xfe", b"\xfe\xff")
_BARE_16: Final = (b"<\0", b"\0<")
"""The first two bytes of XML in UTF-16 without a byte order mark (XML 1.0 appendix F)."""


class MalformedXml(Exception):
    """The body is not well-formed XML, or it has a document type or too many levels."""


class UnknownCharset(MalformedXml):
    """The body is in a charset that is not known here."""


class ExternalEntity(MalformedXml):
    """The body declares an external entity (RFC 4918 §16, no-external-entities)."""


def parse(body: bytes, charset: str | None = None) -> Element:
    """The root element of a body. ``charset``: the parameter of its Content-Type. Raises MalformedXml, UnknownCharset,
    ExternalEntity."""
    # libxml2 always gets UTF-8, so that it and the search for document types below read the same characters.
    # Each call makes a parser: threads cannot share lxml's parsers safely, and a new one is cheap.
    body = _in_utf8(body, charset)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    # This check comes before parsing, because libxml2 expands entities inside attributes in spite of the settings.
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        if _EXTERNAL.search(body):
            raise ExternalEntity("an external entity is not taken")
        raise MalformedXml("a document type is not taken")
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedXml(str(error)) from None
    if root is None:
        raise MalformedXml("no element")
    if root.getroottree().docinfo.internalDTD is not None:
        raise MalformedXml("a document type is not taken")
    if _TOO_DEEP(root):
        raise MalformedXml(f"more than {MAX_DEPTH} levels")
    return root


def _in_utf8(body: bytes, charset: str | None) -> bytes:
    """The body in UTF-8. A byte order mark counts before the Content-Type, and that before the XML declaration (RFC
    7303 §3)."""
    if body.startswith(_BOM):
        body, named = body.removeprefix(_BOM), "utf-8"
    elif body.startswith(_BOM_16):
        named = "utf-16"
    elif charset is not None:
        named = charset
    elif body.startswith(_BARE_16):
        named = "utf-16"
    else:
        declared = _DECLARED.match(body)
        named = declared[1].decode() if declared is not None else "utf-8"
        if named.lower().startswith(("utf-16", "utf-32")):
            # The declaration can be read, so it is wrong: some programs write it over UTF-8.
            named = "utf-8"
    codec = known_in_http(named)
    if codec is None:
        raise UnknownCharset(f"The charset {named[:40]} is not known here")
    try:
        return to_utf8(body, codec)
    except UnicodeError as error:
        raise MalformedXml(f"line {bad_line(error)} is not valid {named[:40].upper()}") from None


def is_utf8(body: bytes, charset: str | None) -> bool:
    """Whether ``parse`` takes the body for UTF-8 or ASCII, by its Content-Type or its beginning."""
    if body.startswith((*_BOM_16, *_BARE_16)):
        return False
    declared = _DECLARED.match(body)
    named = charset if charset is not None else declared[1].decode() if declared is not None else "utf-8"
    return named.lower() in ("utf-8", "us-ascii")


def name_of(element: Element) -> str:
    """The Clark name of an element."""
    return str(element.tag)


def children(element: Element) -> Iterator[Element]:
    """The child elements, without comments and processing instructions."""
    for child in element:
        if isinstance(child.tag, str):
            yield child


def child(element: Element, name: str) -> Element | None:
    """The first child element with that Clark name; None if there is none."""
    return next((each for each in children(element) if each.tag == name), None)


def text_of(element: Element | None) -> str:
    """The text before an element's first child; "" for None."""
    return (element.text or "") if element is not None else ""


def inner(element: Element) -> str:
    """The content of an element as self-contained XML: every namespace is declared where it is used.

    It keeps elements, attributes and text, which is all that RFC 4918 §4.3 requires.
    """
    parts: list[str] = [escape(element.text or "")]
    for each in element:
        if isinstance(each.tag, str):
            _write(each, parts)
        parts.append(escape(each.tail or ""))
    return "".join(parts)


def attributes(element: Element) -> str:
    """The attributes as the text of a start tag, each after a space; "" for none.

    An xml:lang that the element inherits is included, because it belongs to a property's value (RFC 4918 §4.3).
    """
    written = _attributes(element)
    if XML_LANG not in element.attrib:
        parent = element.getparent()
        while parent is not None:
            if XML_LANG in parent.attrib:
                return f'{written} xml:lang="{attribute(str(parent.attrib[XML_LANG]))}"'
            parent = parent.getparent()
    return written


def _attributes(element: Element) -> str:
    parts: list[str] = []
    for ordinal, (key, value) in enumerate(element.attrib.items()):
        namespace, local = split(str(key))
        shown = attribute(str(value))
        if not namespace:
            parts.append(f' {local}="{shown}"')
        elif namespace == XML:
            parts.append(f' xml:{local}="{shown}"')
        else:
            parts.append(f' xmlns:N{ordinal}="{attribute(namespace)}" N{ordinal}:{local}="{shown}"')
    return "".join(parts)


def _write(element: Element, parts: list[str]) -> None:
    namespace, local = split(str(element.tag))
    prefix = PREFIXES.get(namespace)
    if prefix is not None:
        name, declared = f"{prefix}:{local}", f' xmlns:{prefix}="{namespace}"'
    elif namespace == XML:
        name, declared = f"xml:{local}", ""
    elif namespace:
        name, declared = f"X:{local}", f' xmlns:X="{attribute(namespace)}"'
    else:
        name, declared = local, ""
    parts.append(f"<{name}{declared}{_attributes(element)}>")
    parts.append(escape(element.text or ""))
    for each in element:
        if isinstance(each.tag, str):
            _write(each, parts)
        parts.append(escape(each.tail or ""))
    parts.append(f"</{name}>")
