"""Every guard of our verification of signatures and seals, one by one: a mail that is right but for it proves nothing.

The signatures are made by hand, because no signing program makes such ones. Each test has the same mail without the
fault, which proves its author.
"""

import asyncio
import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support.signing import Zone, in_thread, rsa_key, signed
from televent.adapters.email.proving.canonical import body, field
from televent.adapters.email.proving.claims import MAX_SIGNATURES
from televent.adapters.email.proving.keys import NoKey, key_of
from televent.adapters.email.proving.names import MAX_RECORDS
from televent.adapters.email.proving.prover import Prover
from televent.adapters.email.proving.signature import MAX_NAMES
from televent.adapters.email.proving.signed_mail import MAX_FIELDS

NOW = datetime(2026, 11, 21, 13, tzinfo=UTC)
FROM = b"From: Ann <ann@example.com>\r\n"
MAIL = FROM + b"To: bob@example.net\r\nSubject: Sync\r\n\r\nText\r\n"
LIST = "lists.example.org"
LATER = "99999999999"


def zone() -> Zone:
    """The keys of everybody here, below each selector."""
    names = Zone()
    for domain in ("example.com", "localhost", LIST, "other.example.net"):
        for selector in ("k1", "k..1", "k/1"):
            names.publish(domain, rsa_key(), selector)
    return names


def proven(mail: bytes, *relays: str, names: Zone | None = None, author: str = "example.com") -> bool:
    return asyncio.run(Prover(names or zone(), in_thread, relays).prove(mail, author, NOW)).prove(author)


def signature(text: bytes, key: RSAPrivateKey | None = None) -> bytes:
    return base64.b64encode((key or rsa_key()).sign(text, PKCS1v15(), SHA256()))


def relaxed(line: bytes) -> bytes:
    name, _, value = line.partition(b":")
    return field(name, value, "relaxed")


def signed_field(name: bytes, mail: bytes, tags: dict[str, str | None]) -> bytes:
    """A field that signs From and the body of the mail; a tag that is None is left out."""
    digest = base64.b64encode(hashlib.sha256(body(mail.partition(b"\r\n\r\n")[2], "relaxed")).digest()).decode()
    # i= comes first in ARC, as every program has it.
    every = {**tags, "c": "relaxed/relaxed", "s": "k1", "h": "from", "bh": digest, **tags}
    line = name + b": " + "; ".join(f"{key}={value}" for key, value in every.items() if value is not None).encode()
    line += b"; b="
    found = re.search(rb"^From:[^\r]*\r\n", mail, re.MULTILINE)
    text = relaxed(found[0]) if found is not None else b""
    if (seal := re.search(rb"^ARC-Seal:[^\r]*\r\n", mail, re.MULTILINE)) is not None and "arc-seal" in str(every["h"]):
        text += relaxed(seal[0])
    text += relaxed(line).removesuffix(b"\r\n")
    return line + signature(text) + b"\r\n"


def dkim(mail: bytes = MAIL, /, **tags: str | None) -> bytes:
    every: dict[str, str | None] = {"v": "1", "a": "rsa-sha256", "d": "example.com", **tags}
    return signed_field(b"DKIM-Signature", mail, every) + mail


def test_a_signature_by_hand_proves_the_author() -> None:
    assert proven(dkim())
    assert proven(dkim(i="@news.example.com", q="dns/txt", x=LATER, t="1"))


@pytest.mark.parametrize(
    "tags",
    [
        {"v": "2"},
        {"v": None},
        {"a": "ed25519-sha256"},
        {"i": "@evil.example"},
        {"i": "@badexample.com"},
        {"q": "http/file"},
        {"c": "relaxed/strict"},
        {"s": "k..1"},
        {"s": "k/1"},
        {"h": ":".join(["from"] * (MAX_NAMES + 1))},
        {"x": "never"},
        {"x": LATER, "t": LATER},
        {"x": LATER, "t": "now"},
        {"z": "x" * 9000},
        {"1z": "x"},
        {f"z{number}": "x" for number in range(60)},
    ],
    ids=lambda tags: ",".join(f"{name}={value}"[:20] for name, value in list(tags.items())[:2]),
)
def test_a_signature_with_this_fault_is_none(tags: dict[str, str | None]) -> None:
    assert not proven(dkim(**tags))


def test_a_domain_without_a_dot_signs_nothing() -> None:
    mail = MAIL.replace(b"ann@example.com", b"ann@localhost")
    assert not proven(dkim(mail, d="localhost"), author="localhost")


def test_a_mail_without_from_has_no_author() -> None:
    assert not proven(dkim(MAIL.replace(FROM, b"")))


def test_a_mail_with_too_many_fields_proves_nothing() -> None:
    assert proven(b"X-A: b\r\n" * (MAX_FIELDS - 10) + dkim())
    assert not proven(b"X-A: b\r\n" * MAX_FIELDS + dkim())


def test_signatures_beyond_the_bound_are_not_read() -> None:
    assert proven(b"DKIM-Signature: a\r\n" * (MAX_SIGNATURES - 1) + dkim())
    assert not proven(b"DKIM-Signature: a\r\n" * MAX_SIGNATURES + dkim())


def test_fields_of_one_name_are_signed_from_the_lowest_one_up() -> None:
    mail = MAIL.replace(b"To:", b"To: eve@example.net\r\nTo:", 1)
    assert proven(signed(mail, "example.com", headers=["from", "to", "to"]))


@pytest.mark.parametrize("records", [[b"v=DMARC1; adkim=s"] * 2, [b"note"] * MAX_RECORDS + [b"v=DMARC1; adkim=s"]])
def test_two_policies_are_none_and_those_beyond_the_bound_are_not_read(records: list[bytes]) -> None:
    names, mail = zone(), MAIL.replace(b"ann@example.com", b"ann@news.example.com")
    assert proven(dkim(mail), names=names, author="news.example.com")
    names.records["_dmarc.news.example.com"] = [b"v=DMARC1; adkim=s"]
    assert not proven(dkim(mail), names=names, author="news.example.com")
    names.records["_dmarc.news.example.com"] = records
    assert proven(dkim(mail), names=names, author="news.example.com")


def test_a_short_key_is_refused() -> None:
    numbers = rsa_key(1024).public_key().public_numbers()
    for modulus, fault in ((numbers.n, None), (numbers.n >> 8 | 1, "1016 bits")):
        public = RSAPublicNumbers(65537, modulus).public_key()
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        record = b"v=DKIM1; p=" + base64.b64encode(der)
        if fault is None:
            assert key_of([record]).algorithm == "rsa-sha256"
            continue
        with pytest.raises(NoKey, match=fault):
            key_of([record])


def sealed(
    mail: bytes,
    number: int = 1,
    domain: str = LIST,
    *,
    tags: Mapping[str, str] | None = None,
    key: RSAPrivateKey | None = None,
    message: dict[str, str | None] | None = None,
) -> bytes:
    """The mail with one more ARC set: the author was proven. ``message``: other tags of ARC-Message-Signature."""
    results = f"ARC-Authentication-Results: i={number}; {domain}; dmarc=pass header.from=example.com\r\n".encode()
    stated = signed_field(
        b"ARC-Message-Signature", mail, {"i": str(number), "a": "rsa-sha256", "d": domain, **(message or {})}
    )
    every = {"i": str(number), "cv": "none" if number == 1 else "pass", "a": "rsa-sha256", "d": domain, **(tags or {})}
    seal = b"ARC-Seal: " + "; ".join(f"{name}={value}" for name, value in every.items()).encode() + b"; s=k1; b="
    earlier = [
        found[0]
        for each in range(1, number)
        for name in (b"Authentication-Results", b"Message-Signature", b"Seal")
        if (found := re.search(rb"^ARC-%b: i=%d;[^\r]*\r\n" % (name, each), mail, re.MULTILINE)) is not None
    ]
    text = b"".join(map(relaxed, [*earlier, results, stated])) + relaxed(seal).removesuffix(b"\r\n")
    return seal + signature(text, key) + b"\r\n" + stated + results + mail


def test_a_seal_by_hand_is_believed() -> None:
    assert proven(sealed(MAIL), LIST)
    assert proven(sealed(sealed(MAIL), 2, "other.example.net"), "other.example.net")


@pytest.mark.parametrize("tags", [{"a": "ed25519-sha256"}, {"h": "from"}, {"cv": "pass"}, {"cv": "fail"}])
def test_a_seal_with_this_fault_is_none(tags: dict[str, str]) -> None:
    assert not proven(sealed(MAIL, tags=tags), LIST)


@pytest.mark.parametrize("message", [{"d": "other.example.net"}, {"a": "ed25519-sha256"}])
def test_the_lists_signature_of_the_mail_must_be_its_own_and_whole(message: dict[str, str | None]) -> None:
    assert not proven(sealed(MAIL, message=message), LIST)


def test_the_lists_signature_of_the_mail_covers_no_seal() -> None:
    mail = sealed(sealed(MAIL), 2, "other.example.net", message={"h": "from:arc-seal"})
    assert not proven(mail, "other.example.net")


def test_every_seal_of_the_chain_must_hold() -> None:
    forged = sealed(MAIL, key=rsa_key(2048, 1))
    assert not proven(sealed(forged, 2, "other.example.net"), "other.example.net")


@pytest.mark.parametrize("cv", ["none", "fail"])
def test_the_second_seal_says_that_the_chain_was_good(cv: str) -> None:
    assert not proven(sealed(sealed(MAIL), 2, "other.example.net", tags={"cv": cv}), "other.example.net")


@pytest.mark.parametrize("number", [0, 1, 11])
def test_a_field_of_no_set_or_of_one_that_has_it_breaks_the_chain(number: int) -> None:
    line = f"ARC-Authentication-Results: i={number}; {LIST}; dmarc=pass header.from=example.com\r\n".encode()
    assert not proven(line + sealed(MAIL), LIST)


def test_a_chain_without_a_published_key_proves_nothing() -> None:
    assert not proven(sealed(MAIL), LIST, names=Zone())
