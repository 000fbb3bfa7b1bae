"""Reads the properties that a request asks for and writes them for each resource (RFC 4918 §9.1, §14.20; RFC 8144
§2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.properties.listing import Form, Listing, Views, literal
from televent.adapters.caldav.properties.live import Cell, Constant, Getter, stored, stored_attributes
from televent.adapters.caldav.properties.table import BY_KIND, PROTECTED
from televent.adapters.caldav.properties.view import AnyView, CalendarView, Person
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav import xml_in, xml_out
from televent.adapters.caldav.webdav.names import d, tags
from televent.adapters.caldav.webdav.text import escape

_FOUND = f"</D:prop><D:status>{xml_out.STATUS[200]}</D:status></D:propstat>"
_MISSING = f"</D:prop><D:status>{xml_out.STATUS[404]}</D:status></D:propstat>"
MAX_PROPERTIES = 500
"""Max properties in one request."""


@dataclass(frozen=True, slots=True)
class _Column:
    """One property of one kind of resource: its tags and the function that reads its content."""

    start: str
    end: str
    getter: Getter | None
    attributes: Callable[[Any], str] | None = None


class Asked:
    """The requested properties. They are prepared once for each kind of resource in the answer.

    ``names`` None means allprop, and ``include`` are the properties beside it. ``only_names`` means propname. ``extra``
    has getters that depend on the request, such as calendar-data. Properties in ``hidden`` are answered with 404.
    """

    def __init__(
        self,
        names: tuple[str, ...] | None,
        *,
        include: tuple[str, ...] = (),
        only_names: bool = False,
        minimal: bool = False,
        extra: Mapping[str, Getter] | None = None,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        self.names = names
        self._include = include
        self._named = frozenset((*(names or ()), *include))
        self._only_names = only_names
        self._minimal = minimal
        self._extra = extra or {}
        self._hidden = hidden
        self._columns: dict[Kind, list[_Column]] = {}

    def asks(self, name: str) -> bool:
        """True if the request names the property or is a propname; False for allprop, unless ``include`` names it."""
        return self._only_names or name in self._named

    def asks_any(self, names: Iterable[str]) -> bool:
        """Whether ``asks`` is true for one of the names."""
        return self._only_names or not self._named.isdisjoint(names)

    def response(self, view: AnyView) -> str:
        """The DAV:response of one resource."""
        return f"<D:response><D:href>{escape(view.href)}</D:href>{self.propstats(view)}</D:response>"

    def propstats(self, view: AnyView) -> str:
        """The DAV:propstat elements of one resource: one with the found properties and one with the missing ones."""
        if isinstance(view, CalendarView) and (self.names is None or self._only_names):
            columns = self._compile(view.kind, self._of_calendar(view))
        else:
            columns = self._columns.get(view.kind) or self._compile(view.kind, self._names(view.kind))
        found: list[str] = []
        missing: list[str] = []
        for column in columns:
            content = None if column.getter is None else column.getter(view)
            if content is None:
                missing.append(column.start + "/>")
                continue
            start = column.start if column.attributes is None else column.start + column.attributes(view)
            if content == "" or self._only_names:
                found.append(start + "/>")
            else:
                found.append(f"{start}>{content}{column.end}")
        return self._written(found, missing)

    def listing(self, path: str, person: Person) -> Listing:
        """The writer for the members of the person's own collection at ``path``.

        It is a Form, which is fast, if every requested property is a constant or comes from one column. Else it is
        Views."""
        columns = self._columns.get(Kind.OBJECT) or self._compile(Kind.OBJECT, self._names(Kind.OBJECT))
        cells = [each.getter for each in columns if isinstance(each.getter, Cell)]
        simple = all(each.getter is None or isinstance(each.getter, Constant | Cell) for each in columns)
        if self._only_names or not simple or sum(each.optional for each in cells) > 1:
            return Views(path, person, self.response, with_text=bool(self._extra))
        return Form(path, self._form(columns, bare=False), cells, self._form(columns, bare=True))

    def _form(self, columns: Sequence[_Column], *, bare: bool) -> str:
        """The propstats of a member as a format string for a Form. ``bare``: of one without the optional property."""
        found: list[str] = []
        missing: list[str] = []
        for column in columns:
            getter = column.getter
            if getter is None or (bare and isinstance(getter, Cell) and getter.optional):
                missing.append(literal(column.start + "/>"))
            elif isinstance(getter, Cell):
                found.append(literal(f"{column.start}>{getter.before}") + "%s" + literal(getter.after + column.end))
            else:
                content = getter.content if isinstance(getter, Constant) else ""
                found.append(literal(f"{column.start}>{content}{column.end}" if content else column.start + "/>"))
        return self._written(found, missing)

    def _written(self, found: list[str], missing: list[str]) -> str:
        # RFC 8144 §2.1: missing properties are omitted. If nothing is left, the answer has an empty 200 propstat.
        if self._minimal or (self.names is None and not self._include):
            missing = []
        written = f"<D:propstat><D:prop>{''.join(found)}{_FOUND}" if found or not missing else ""
        return written + (f"<D:propstat><D:prop>{''.join(missing)}{_MISSING}" if missing else "")

    def _names(self, kind: Kind) -> tuple[str, ...]:
        if self.names is not None:
            return self.names
        live = BY_KIND[kind]
        shown = tuple(name for name, each in live.items() if each.allprop or self._only_names)
        return tuple(dict.fromkeys((*shown, *self._include)))

    def _of_calendar(self, view: CalendarView) -> tuple[str, ...]:
        """The names that allprop and propname give for this calendar, with the properties that a client has set on
        it."""
        live = BY_KIND[view.kind]
        # RFC 4791 §5.2, RFC 7809 §5: live properties are not part of allprop, even if a client has set them.
        dead = (name for name in view.row.props if not name.startswith("@") and name not in live)
        return tuple(dict.fromkeys((*self._names(view.kind), *dead)))

    def _compile(self, kind: Kind, names: tuple[str, ...]) -> list[_Column]:
        columns = []
        for name in names:
            start, end = tags(name)
            live = BY_KIND[kind].get(name) if name not in self._hidden else None
            if kind is Kind.OBJECT and name in self._extra:
                columns.append(_Column(start, end, self._extra[name]))
            elif kind is Kind.CALENDAR and name not in PROTECTED:
                getter = live.getters[kind] if live is not None else stored(name)
                columns.append(_Column(start, end, getter, stored_attributes(name)))
            else:
                columns.append(_Column(start, end, live.getters[kind] if live is not None else None))
        self._columns[kind] = columns
        return columns


def property_names(prop: xml_in.Element) -> tuple[str, ...]:
    """The names inside a DAV:prop, each once. Raises DavError 400 for more than MAX_PROPERTIES."""
    names = tuple(dict.fromkeys(xml_in.name_of(each) for each in xml_in.children(prop)))
    if len(names) > MAX_PROPERTIES:
        raise DavError(400, text=f"More than {MAX_PROPERTIES} properties are asked for.")
    return names


def asked_in(root: xml_in.Element | None, *, minimal: bool, extra: Mapping[str, Getter] | None = None) -> Asked:
    """Reads the DAV:prop, allprop or propname inside ``root``; no body means allprop (RFC 4918 §9.1). Raises DavError
    400 if there are none or several of them."""
    if root is None:
        return Asked(None, minimal=minimal)
    prop, everything, only = (xml_in.child(root, d(each)) for each in ("prop", "allprop", "propname"))
    if sum(each is not None for each in (prop, everything, only)) > 1:
        raise DavError(400, text="Ask for one of prop, allprop and propname.")
    if prop is not None:
        return Asked(property_names(prop), minimal=minimal, extra=extra)
    if only is not None:
        return Asked(None, only_names=True, minimal=minimal)
    if everything is not None:
        include = xml_in.child(root, d("include"))
        more = property_names(include) if include is not None else ()
        return Asked(None, include=more, minimal=minimal, extra=extra)
    raise DavError(400, text="Ask for prop, allprop or propname.")


def limit_in(root: xml_in.Element) -> int | None:
    """The number in DAV:limit (RFC 5323 §5.17); None if there is none. Raises DavError 400 if it is not a positive
    number."""
    limit = xml_in.child(root, d("limit"))
    if limit is None:
        return None
    text = xml_in.text_of(xml_in.child(limit, d("nresults"))).strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise DavError(400, text="nresults must be a positive number.")
    return int(text)
