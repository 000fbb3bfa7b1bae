"""Verifies the chain of ARC sets, the newest of which a relay that the operator names has sealed (RFC 8617 §5.2).

A mailing list changes mails, so that the signature of their author breaks. It notes what it found out about the author
before, and seals that.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from televent.adapters.email.proving.canonical import field
from televent.adapters.email.proving.keys import Key
from televent.adapters.email.proving.signature import (
    BadSignature,
    Signature,
    algorithm_of,
    domain_of,
    selector_of,
    signature_of,
    tags_in,
    unsigned,
    value_of,
)
from televent.adapters.email.proving.signed_mail import Field, SignedMail

MAX_SETS: Final = 10
"""Max ARC sets of a mail that is believed. RFC 8617 §4.2.1 allows 50; each takes a question to the DNS."""
RESULTS, MESSAGE, SEAL = "arc-authentication-results", "arc-message-signature", "arc-seal"
_INSTANCE: Final = re.compile(rb"[ \t\r\n]*i[ \t]*=[ \t]*([0-9]{1,2})[ \t]*;")


@dataclass(frozen=True, slots=True)
class Seal:
    """One ARC-Seal. ``covered``: the fields that it signs, in their order, without itself."""

    source: Field
    covered: tuple[Field, ...]
    algorithm: str
    domain: str
    selector: str
    value: bytes

    @property
    def key_name(self) -> str:
        """The DNS name of the key."""
        return f"{self.selector}._domainkey.{self.domain}"

    def holds(self, key: Key) -> bool:
        """Whether the seal is one by that key."""
        if key.algorithm != self.algorithm:
            return False
        text = b"".join(field(*each, "relaxed") for each in self.covered) + unsigned(self.source, "relaxed")
        return key.signed(hashlib.sha256(text).digest(), self.value)


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of ARC sets that keys may confirm. ``results``: what the newest relay found out, as a header value."""

    seals: tuple[Seal, ...]
    message: Signature
    results: str

    @property
    def key_names(self) -> set[str]:
        """The DNS names of all keys that are needed."""
        return {self.message.key_name, *(each.key_name for each in self.seals)}

    def holds(self, mail: SignedMail, keys: Mapping[str, Key]) -> bool:
        """Whether each seal holds, and the newest signature of the mail. ``keys``: by DNS name."""
        if not self.key_names <= keys.keys():
            return False
        if self.message.fault(mail, keys[self.message.key_name]) is not None:
            return False
        return all(each.holds(keys[each.key_name]) for each in self.seals)


def chain_of(mail: SignedMail, relays: Collection[str], at: datetime) -> Chain | None:
    """The chain of a mail, where one of the relays made its newest set; None for none, or for one that is not whole.

    ``relays``: signing domains, in lower case.
    """
    if not relays:
        return None
    sets: list[dict[str, Field]] = [{} for _ in range(MAX_SETS + 1)]
    for name in (RESULTS, MESSAGE, SEAL):
        for each in mail.named(name):
            number = _INSTANCE.match(each[1])
            # ARC-Message-Signature and ARC-Seal may have their tags in another order. No known program does that.
            instance = int(number[1]) if number is not None else 0
            if not 1 <= instance <= MAX_SETS or name in sets[instance]:
                return None
            sets[instance][name] = each
    last = max((number for number, each in enumerate(sets) if each), default=0)
    if last == 0 or any(len(each) != 3 for each in sets[1 : last + 1]):
        return None
    try:
        seals = tuple(_seal(sets, number) for number in range(1, last + 1))
        if seals[-1].domain not in relays:
            return None
        message = signature_of(sets[last][MESSAGE], at, arc=True)
    except BadSignature:
        return None
    if message.domain not in relays or SEAL.encode() in message.names:
        return None
    value = sets[last][RESULTS][1].decode("ascii", "replace")
    return Chain(seals, message, value.partition(";")[2])


def _seal(sets: list[dict[str, Field]], number: int) -> Seal:
    """The seal of one set. Raises BadSignature, also for one that says that the chain before it is broken."""
    source = sets[number][SEAL]
    tags = tags_in(source)
    if "h" in tags or tags.get("cv", "").lower() != ("none" if number == 1 else "pass"):
        raise BadSignature("the chain is broken")
    covered = [sets[each][name] for each in range(1, number + 1) for name in (RESULTS, MESSAGE, SEAL)]
    return Seal(
        source, tuple(covered[:-1]), algorithm_of(tags), domain_of(tags), selector_of(tags), value_of(tags, "b")
    )
