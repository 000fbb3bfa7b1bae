"""Finds what may prove the author of a mail, and judges it once the DNS has answered. Pure; no I/O.

Only signatures that could count are followed up: those whose domain is aligned with the author's, and those of services
that write for others. So a mail with a hundred signatures costs no more than one with a few.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from televent.adapters.email.authentication import results_of
from televent.adapters.email.organizational import in_ascii, organizational
from televent.adapters.email.proving.arc import Chain, chain_of
from televent.adapters.email.proving.keys import Key, NoKey, key_of
from televent.adapters.email.proving.signature import BadSignature, Signature, signature_of
from televent.adapters.email.proving.signed_mail import SignedMail
from televent.adapters.email.proving.tags import BadTags, tags_of
from televent.adapters.email.proving.verdict import Proof
from televent.adapters.email.reading.fields import unfolded
from televent.application.mail.trust import Doubt

MAX_SIGNATURES: Final = 50
"""Max signature fields of a mail that are read; the others are passed over."""
MAX_TRIED: Final = 4
"""Max signatures that are verified. Each takes a question to the DNS."""
ONCE: Final = ("from", "sender", "reply-to", "content-type", "content-transfer-encoding", "mime-version")
"""The fields that a mail may have once. A signature covers the lowest one, and a reader may take the highest one."""
_COVERED: Final = ("sender", "reply-to")

Answers = Mapping[str, Sequence[bytes]]
"""TXT records by name. A name that is missing had no answer."""


@dataclass(frozen=True, slots=True)
class Claims:
    """The signatures and the chain that may prove that a mail is from ``domain``.

    ``wanted``: the DNS names whose TXT records are needed. ``broken``: a signature of the domain does not hold.
    """

    mail: SignedMail
    domain: str
    signatures: tuple[Signature, ...]
    chain: Chain | None
    broken: bool
    wanted: frozenset[str]


def claims_of(
    raw: bytes, domain: str, at: datetime, *, relays: Collection[str] = (), services: Collection[str] = ()
) -> Claims:
    """The claims of a mail. ``domain``: that of From, in lower case. ``at``: when the mail came.

    ``relays``: the domains whose ARC seals are believed; ``services``: domains whose signatures count for others.
    Raises BeyondBounds.
    """
    mail = SignedMail(raw)
    if any(len(mail.named(name)) > 1 for name in ONCE) or len(mail.named("from")) != 1:
        return Claims(mail, domain, (), None, True, frozenset())
    name, owner, broken = in_ascii(domain), organizational(domain), False
    found: list[Signature] = []
    for source in mail.named("dkim-signature")[:MAX_SIGNATURES]:
        try:
            each = signature_of(source, at)
        except BadSignature:
            continue
        aligned = each.domain == name or (owner is not None and organizational(each.domain) == owner)
        if not aligned and each.domain not in services:
            continue
        if mail.body(each.body_form) != each.body:
            broken |= aligned
            continue
        found.append(each)
    found = sorted(found, key=lambda each: each.domain != name)[:MAX_TRIED]
    chain = chain_of(mail, relays, at)
    wanted = {each.key_name for each in found} | (chain.key_names if chain is not None else set())
    if owner is not None and any(each.domain not in (name, *services) for each in found):
        wanted |= {f"_dmarc.{name}", f"_dmarc.{owner}"}
    return Claims(mail, domain, tuple(found), chain, broken, frozenset(wanted))


def judged(claims: Claims, answers: Answers) -> Proof:
    """The proof of the claims, with the answers of the DNS."""
    keys, late = _keys(claims, answers)
    holding = [each for each in claims.signatures if _holds(claims.mail, each, keys)]
    signers = frozenset(each.domain for each in holding if _covers(claims.mail, each))
    domains = {each.domain for each in holding}
    owner = organizational(claims.domain)
    name = in_ascii(claims.domain)
    if name in domains:
        return Proof(claims.domain, signers)
    if owner is not None and owner in map(organizational, domains):
        strict = _strict(name, owner, answers)
        if strict is False:
            return Proof(claims.domain, signers)
        late |= strict is None
    if claims.chain is not None and claims.chain.holds(claims.mail, keys) and _relayed(claims.chain, claims.domain):
        return Proof(claims.domain, signers)
    doubt: Doubt = "unanswered" if late else "broken" if claims.broken or claims.signatures else "unsigned"
    return Proof(None, signers, doubt)


def _keys(claims: Claims, answers: Answers) -> tuple[dict[str, Key], bool]:
    """The keys by name, and whether one had no answer."""
    keys, late = {}, False
    chain = claims.chain.key_names if claims.chain is not None else set()
    for name in {each.key_name for each in claims.signatures} | chain:
        if name not in answers:
            late = True
            continue
        try:
            keys[name] = key_of(answers[name])
        except NoKey:
            continue
    return keys, late


def _holds(mail: SignedMail, signature: Signature, keys: Mapping[str, Key]) -> bool:
    key = keys.get(signature.key_name)
    return key is not None and signature.fault(mail, key) is None


def _covers(mail: SignedMail, signature: Signature) -> bool:
    """Whether the signature covers Sender and Reply-To, where the mail has them."""
    return all(name.encode() in signature.names or not mail.named(name) for name in _COVERED)


def _strict(domain: str, owner: str, answers: Answers) -> bool | None:
    """Whether the domain accepts only its own signatures (RFC 7489 §6.3, ``adkim``); None: there was no answer."""
    for name in dict.fromkeys((f"_dmarc.{domain}", f"_dmarc.{owner}")):
        if name not in answers:
            return None
        policies = [each for each in answers[name] if each.replace(b" ", b"").startswith(b"v=DMARC1")]
        if len(policies) == 1:
            try:
                return tags_of(policies[0]).get("adkim", "r").lower() == "s"
            except BadTags:
                return False
    return False


def _relayed(chain: Chain, domain: str) -> bool:
    """Whether the relay states that the author was proven when the mail came to it."""
    line = unfolded(chain.results)
    return results_of([line], line.split(";")[0].split()[0] if line.split(";")[0].split() else None).prove(domain)
