"""Asks the DNS with dnspython, and remembers answers for a while."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, TypeVar

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

from televent.adapters.email.organizational import organizational
from televent.adapters.email.proving.names import MAX_RECORD, MAX_RECORDS, NoAnswer

LIFETIME: Final = 1.9
"""Max seconds of one question, with its repetitions: less than the time for all questions about a mail."""
MAX_AGE: Final = 300.0
"""Max seconds for which an answer is remembered; less where its TTL is."""
SILENT: Final = 60.0
"""Seconds for which a domain is not asked again that gave no answer. Else a stranger with a slow server, who sends
many mails, would make the mails of others wait."""
MAX_REMEMBERED: Final = 500
"""Max names, and domains without an answer, that are remembered."""
MAX_NAME: Final = 255
"""Max characters of a name that is remembered (RFC 1035 §2.3.4)."""
T = TypeVar("T")


class DnsRecords:
    """TXT records of the DNS. ``servers``: their addresses; those of the system where empty."""

    def __init__(self, servers: Sequence[str] = (), port: int = 53) -> None:
        self._servers, self._port = servers, port
        self._resolver: dns.asyncresolver.Resolver | None = None
        self._known: OrderedDict[str, tuple[float, tuple[bytes, ...]]] = OrderedDict()
        self._silent: OrderedDict[str, float] = OrderedDict()

    async def txt(self, name: str) -> Sequence[bytes]:
        """The TXT records of a name. Raises NoAnswer."""
        now, owner = time.monotonic(), organizational(name) or name
        until, records = self._known.get(name, (0.0, ()))
        if now < until:
            return records
        if now < self._silent.get(owner, 0.0):
            raise NoAnswer(f"{owner} gave no answer a moment ago")
        try:
            records, ttl = await self._asked(name)
        except NoAnswer:
            _remember(self._silent, owner, time.monotonic() + SILENT)
            raise
        _remember(self._known, name, (time.monotonic() + min(ttl, MAX_AGE), records))
        return records

    async def _asked(self, name: str) -> tuple[tuple[bytes, ...], float]:
        """The records and their TTL. Raises NoAnswer."""
        try:
            answer = await self._ready().resolve(
                dns.name.from_text(name), "TXT", search=False, raise_on_no_answer=False, lifetime=LIFETIME
            )
        except dns.resolver.NXDOMAIN:
            return (), SILENT
        except (dns.name.EmptyLabel, dns.name.LabelTooLong, dns.name.NameTooLong):
            return (), MAX_AGE
        except (dns.exception.DNSException, OSError) as error:
            raise NoAnswer(f"{name}: {type(error).__name__}") from error
        if answer.rrset is None:
            return (), SILENT
        texts = (b"".join(each.strings) for each in list(answer.rrset)[:MAX_RECORDS] if isinstance(each, TXT))
        # A longer record is refused by its length, so its end need not be kept.
        return tuple(each[: MAX_RECORD + 1] for each in texts), float(answer.rrset.ttl)

    def _ready(self) -> dns.asyncresolver.Resolver:
        """The resolver, made when first needed: a machine without /etc/resolv.conf must still receive mail."""
        if self._resolver is None:
            resolver = dns.asyncresolver.Resolver(configure=not self._servers)
            if self._servers:
                resolver.nameservers = list(self._servers)
            resolver.port = self._port
            self._resolver = resolver
        return self._resolver


def _remember(store: OrderedDict[str, T], name: str, value: T) -> None:
    if len(name) > MAX_NAME:
        # A mail may name any selector, of any length. The DNS has no such name, so it costs no question either.
        return
    store[name] = value
    store.move_to_end(name)
    if len(store) > MAX_REMEMBERED:
        store.popitem(last=False)
