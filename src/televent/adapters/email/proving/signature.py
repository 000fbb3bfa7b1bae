"""One DKIM signature, or one of ARC's, which have the same form (RFC 6376 §3.5, RFC 8617 §4.1)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from televent.adapters.email.proving.canonical import Form, field
from televent.adapters.email.proving.keys import Key
from televent.adapters.email.proving.signed_mail import Field, SignedMail
from televent.adapters.email.proving.tags import BadTags, bytes_of, tags_of

ALGORITHMS: Final = ("rsa-sha256", "ed25519-sha256")
"""The algorithms that count. RFC 8301 §3.1: a signature with SHA-1 is none."""
MAX_FIELD: Final = 8 * 1024
"""Max bytes of a signature field that is read."""
MAX_NAMES: Final = 200
"""Max names of signed fields."""
_DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}\Z")
_SELECTOR: Final = re.compile(r"(?=.{1,200}\Z)[a-z0-9_](?:[a-z0-9_.-]{0,198}[a-z0-9_])?\Z")
_SECONDS: Final = re.compile(r"[0-9]{1,12}\Z")
_FORMS: Final = ("simple", "relaxed")
_SIGNATURE: Final = re.compile(rb"((?:\A|[;\s])b[ \t\r\n]*=)[^;]*+")
"""The value of ``b=``, which the signature leaves out of itself."""


class BadSignature(Exception):
    """A signature that cannot count, whatever the key. ``str`` is the reason."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that a key may confirm. ``names``: the signed fields, in lower case; ``body``: the body's hash.

    ``body`` is compared with the hash of the whole body, whatever ``l=`` says: anybody can write behind the part that
    ``l=`` names (RFC 6376 §8.2).
    """

    source: Field
    algorithm: str
    domain: str
    selector: str
    names: tuple[bytes, ...]
    head_form: Form
    body_form: Form
    body: bytes
    value: bytes
    identity: str

    @property
    def key_name(self) -> str:
        """The DNS name of the key."""
        return f"{self.selector}._domainkey.{self.domain}"

    def fault(self, mail: SignedMail, key: Key) -> str | None:
        """The reason why the signature does not hold; None where it holds."""
        if mail.body(self.body_form) != self.body:
            return "the body was changed"
        if key.strict and self.identity != self.domain:
            return "the identity has another domain"
        if key.algorithm != self.algorithm:
            return "the key is for another algorithm"
        signed = mail.head(self.names, self.head_form) + unsigned(self.source, self.head_form)
        if not key.signed(hashlib.sha256(signed).digest(), self.value):
            return "the header was changed"
        return None


def unsigned(source: Field, form: Form) -> bytes:
    """The signature's own field as it was signed: without the value of ``b=``, without a line end."""
    name, value = source
    return field(name, _SIGNATURE.sub(rb"\1", value, count=1), form).removesuffix(b"\r\n")


def tags_in(source: Field) -> Mapping[str, str]:
    """The tags of a field. Raises BadSignature."""
    if len(source[1]) > MAX_FIELD:
        raise BadSignature(f"a field of more than {MAX_FIELD} bytes")
    try:
        return tags_of(source[1])
    except BadTags as error:
        raise BadSignature(f"an unreadable field: {error}") from error


def domain_of(tags: Mapping[str, str]) -> str:
    """The signing domain, in lower case. Raises BadSignature."""
    domain = tags.get("d", "").lower().rstrip(".")
    if not _DOMAIN.match(domain):
        raise BadSignature("no domain")
    return domain


def selector_of(tags: Mapping[str, str]) -> str:
    """The selector, in lower case. Raises BadSignature."""
    selector = tags.get("s", "").lower()
    if not _SELECTOR.match(selector) or ".." in selector:
        raise BadSignature("no selector")
    return selector


def algorithm_of(tags: Mapping[str, str]) -> str:
    """The algorithm. Raises BadSignature."""
    algorithm = tags.get("a", "").lower()
    if algorithm not in ALGORITHMS:
        raise BadSignature("a weak or unknown algorithm")
    return algorithm


def value_of(tags: Mapping[str, str], name: str) -> bytes:
    """A tag in base64. Raises BadSignature."""
    try:
        return bytes_of(tags.get(name, ""))
    except BadTags as error:
        raise BadSignature(f"{name}= cannot be read") from error


def signature_of(source: Field, at: datetime, *, arc: bool = False) -> Signature:
    """The signature in a field. ``at``: when the mail came. ``arc``: an ARC-Message-Signature. Raises BadSignature."""
    tags = tags_in(source)
    domain, names = domain_of(tags), _names(tags)
    if not arc and tags.get("v") != "1":
        raise BadSignature("another version")
    identity = domain if arc else tags.get("i", f"@{domain}").rpartition("@")[2].lower().rstrip(".")
    if identity != domain and not identity.endswith(f".{domain}"):
        raise BadSignature("its identity is outside its domain")
    if "dns/txt" not in tags.get("q", "dns/txt").lower():
        raise BadSignature("its key is not in the DNS")
    _check_times(tags, at)
    head, _, whole = tags.get("c", "relaxed/relaxed" if arc else "simple/simple").lower().partition("/")
    forms = head.strip(), (whole.strip() or "simple")
    if not set(forms) <= set(_FORMS):
        raise BadSignature("an unknown canonical form")
    return Signature(
        source=source,
        algorithm=algorithm_of(tags),
        domain=domain,
        selector=selector_of(tags),
        names=names,
        head_form=cast(Form, forms[0]),
        body_form=cast(Form, forms[1]),
        body=value_of(tags, "bh"),
        value=value_of(tags, "b"),
        identity=identity,
    )


def _names(tags: Mapping[str, str]) -> tuple[bytes, ...]:
    names = tuple(each.strip().lower().encode() for each in tags.get("h", "").split(":"))
    if len(names) > MAX_NAMES:
        raise BadSignature(f"more than {MAX_NAMES} signed fields")
    if b"from" not in names:
        raise BadSignature("From is not signed")
    return names


def _check_times(tags: Mapping[str, str], at: datetime) -> None:
    """Raises BadSignature for a signature that had ended when the mail came (RFC 6376 §3.5)."""
    expires = tags.get("x")
    if expires is None:
        return
    if not _SECONDS.match(expires) or int(expires) < at.timestamp():
        raise BadSignature("it has expired")
    made = tags.get("t")
    if made is not None and (not _SECONDS.match(made) or int(made) >= int(expires)):
        raise BadSignature("it ended before it began")
