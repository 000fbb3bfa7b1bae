"""Reads the forms that mail services post, within bounds (RFC 7578; WHATWG URL §5.1).

The standard library's parser keeps each byte of an encoded field as an object: a mail of 5 MB takes 1 GB there. Here
fields are places in the body, and only one that is asked for is decoded.
"""

from __future__ import annotations

from binascii import a2b_qp
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from televent.adapters.email.reading.parameters import parsed

MAX_FIELDS: Final = 100
"""Max fields of a form. The services send some twenty."""
MAX_FIELD_HEAD: Final = 4096
"""Max bytes of the header block of one field of a multipart form."""
MAX_BOUNDARY: Final = 200
"""Max characters of a boundary."""


class BadForm(Exception):
    """The body is no form, or one beyond the bounds."""


@dataclass(frozen=True, slots=True)
class Form:
    """A posted form. ``places``: where each field's value begins and ends in ``body``; the first of a name counts."""

    body: bytes
    places: dict[str, tuple[int, int]]
    encoded: bool

    def raw(self, name: str) -> bytes:
        """The value of a field as bytes; empty where there is none."""
        start, end = self.places.get(name, (0, 0))
        return _decoded(self.body, start, end) if self.encoded else self.body[start:end]

    def text(self, name: str, most: int = 64 * 1024) -> str:
        """The value of a short field as text. Raises BadForm where it is longer."""
        start, end = self.places.get(name, (0, 0))
        if end - start > most:
            raise BadForm(f"the field {name} is too long")
        return self.raw(name).decode("utf-8", "replace")


def form_of(content_type: str, body: bytes) -> Form:
    """The form in a body. Raises BadForm."""
    kind, parameters = parsed(content_type)
    if kind == "application/x-www-form-urlencoded":
        return Form(body, _first(_encoded_fields(body)), True)
    boundary = parameters.get("boundary", "")
    if kind != "multipart/form-data" or not 0 < len(boundary) <= MAX_BOUNDARY or not boundary.isascii():
        raise BadForm("the body is no form")
    return Form(body, _first(_parts(body, b"\r\n--" + boundary.encode())), False)


def _first(found: Iterator[tuple[str, int, int]]) -> dict[str, tuple[int, int]]:
    places: dict[str, tuple[int, int]] = {}
    for number, (name, start, end) in enumerate(found):
        if number == MAX_FIELDS:
            raise BadForm(f"more than {MAX_FIELDS} fields")
        places.setdefault(name, (start, end))
    return places


def _encoded_fields(body: bytes) -> Iterator[tuple[str, int, int]]:
    start = 0
    while start < len(body):
        end = body.find(b"&", start)
        end = len(body) if end == -1 else end
        equals = body.find(b"=", start, end)
        # A piece without a name counts too, so that a body of ampersands has a bound.
        named = 0 <= equals - start <= 100
        yield _decoded(body, start, equals).decode("utf-8", "replace") if named else "", equals + 1, end
        start = end + 1


def _decoded(body: bytes, start: int, end: int) -> bytes:
    """A value without its percent-encoding: that is quoted-printable with another sign, which is decoded in C."""
    return a2b_qp(body[start:end].replace(b"=", b"=3D").replace(b"%", b"=").replace(b"+", b" "))


def _parts(body: bytes, delimiter: bytes) -> Iterator[tuple[str, int, int]]:
    """The fields between delimiters. The first one may begin the body (RFC 2046 §5.1.1)."""
    at = -2 if body.startswith(delimiter[2:]) else body.find(delimiter)
    while at != -1:
        start = body.find(b"\r\n", at + len(delimiter), at + len(delimiter) + 100)
        if body[at + len(delimiter) : at + len(delimiter) + 2] == b"--" or start == -1:
            return
        at = body.find(delimiter, start)
        if at == -1:
            raise BadForm("the form ends within a field")
        head = body.find(b"\r\n\r\n", start, start + MAX_FIELD_HEAD)
        if head == -1 or head > at:
            raise BadForm("a field has no header, or one that is too long")
        yield _name(body[start:head]), head + 4, max(head + 4, at)


def _name(head: bytes) -> str:
    for line in head.decode("utf-8", "replace").split("\r\n"):
        field, _, value = line.partition(":")
        if field.strip().lower() == "content-disposition":
            return parsed(value.strip())[1].get("name", "")
    return ""
