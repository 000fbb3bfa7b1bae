"""Our verification of DKIM signatures, with dkimpy as the one who signs (RFC 6376, RFC 8301, RFC 8463, RFC 7489)."""

import asyncio
import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from support.signing import HEADERS, Zone, in_thread, key_record, rsa_key, sealed, signed
from televent.adapters.email.proving.canonical import body, field
from televent.adapters.email.proving.claims import claims_of
from televent.adapters.email.proving.keys import NoKey, key_of
from televent.adapters.email.proving.prover import Prover
from televent.adapters.email.proving.verdict import Proof

NOW = datetime(2026, 11, 21, 13, tzinfo=UTC)
MAIL = (
    b"From: Ann <ann@example.com>\r\nTo: bob@example.net\r\nSubject: A   folded\r\n\tsubject\r\n"
    b"Message-ID: <1@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
    b"First  line \t\r\n\r\n second\tline\r\n\r\n\r\n"
)


def zone(domain: str = "example.com", **tags: str) -> Zone:
    found = Zone()
    found.publish(domain, rsa_key(), **tags)
    return found


def proof(mail: bytes, names: Zone, domain: str = "example.com", *relays: str, at: datetime = NOW) -> Proof:
    return asyncio.run(Prover(names, in_thread, relays).prove(mail, domain, at))


@pytest.mark.parametrize("head", ["simple", "relaxed"])
@pytest.mark.parametrize("whole", ["simple", "relaxed"])
def test_a_signature_of_the_authors_domain_proves_them(head: str, whole: str) -> None:
    mail = signed(MAIL, "example.com", canonicalize=(head, whole))
    assert proof(mail, zone()) == Proof("example.com", frozenset({"example.com"}))


@settings(max_examples=60, deadline=None)
@given(st.text("ab \t\r\n", max_size=60), st.text("ab \t", max_size=20), st.sampled_from(["simple", "relaxed"]))
def test_every_text_is_signed_as_another_program_signs_it(text: str, subject: str, form: str) -> None:
    # The other program takes a bare CR in another way; no mail server lets one through.
    # A mail that came by SMTP ends with a line break.
    text = text.replace("\r", "").replace("\n", "\r\n") + "\r\n"
    mail = f"From: ann@example.com\r\nSubject: {subject}x\r\n\r\n{text}".encode()
    assert proof(signed(mail, "example.com", canonicalize=(form, form)), zone()).prove("example.com")


def test_a_mail_with_other_line_ends_is_the_same_mail() -> None:
    assert proof(signed(MAIL, "example.com").replace(b"\r\n", b"\n"), zone()).prove("example.com")


def test_an_ed25519_signature_counts() -> None:
    key = Ed25519PrivateKey.generate()
    names = Zone()
    names.publish("example.com", key)
    digest = base64.b64encode(hashlib.sha256(body(MAIL.partition(b"\r\n\r\n")[2], "relaxed")).digest()).decode()
    tags = f"v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com; s=k1; h=from:to; bh={digest}; b="
    text = f"from:Ann <ann@example.com>\r\nto:bob@example.net\r\ndkim-signature:{tags}".encode()
    value = base64.b64encode(key.sign(hashlib.sha256(text).digest())).decode()
    line = f"DKIM-Signature: {tags}{value}\r\n".encode()
    assert proof(line + MAIL, names).prove("example.com")
    assert not proof(line + MAIL.replace(b"bob@", b"eve@"), names).prove("example.com")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<ann@example.com>", b"<boss@example.com>"),
        (b"To: bob@example.net", b"To: eve@example.net"),
        (b"second", b"other"),
        (b"line\r\n\r\n\r\n", b"line\r\n\r\nmore\r\n"),
        (b"Content-Type: text/plain", b"Content-Type: text/calendar"),
        (b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\nReply-To: eve@example.net\r\n"),
    ],
)
def test_a_mail_that_was_changed_proves_nothing(old: bytes, new: bytes) -> None:
    mail = signed(MAIL, "example.com")
    head, mark, rest = mail.partition(b"From: Ann")
    assert proof(head + (mark + rest).replace(old, new), zone()) == Proof(doubt="broken")


@pytest.mark.parametrize("name", ["From: eve@example.com", "Content-Type: text/calendar", "Reply-To: a@b.example"])
def test_a_second_field_of_a_name_proves_nothing(name: str) -> None:
    # A signature covers the lowest field, and other readers take the highest.
    mail = MAIL.replace(b"MIME", b"Reply-To: ann@example.com\r\nMIME", 1)
    mail = signed(mail, "example.com", headers=HEADERS[:6])
    assert proof(mail, zone()).prove("example.com")
    assert not proof(f"{name}\r\n".encode() + mail, zone()).prove("example.com")


@pytest.mark.parametrize(
    ("signer", "author", "policy", "counts"),
    [
        ("mail.example.com", "example.com", "", True),
        ("example.com", "news.example.com", "v=DMARC1; p=none", True),
        ("mail.example.com", "example.com", "v=DMARC1; p=reject; adkim=s", False),
        ("example.com", "example.com", "v=DMARC1; p=reject; adkim=s", True),
        ("example.org", "example.com", "", False),
        ("ann.github.io", "bob.github.io", "", False),
        ("example.co.uk", "other.co.uk", "", False),
        ("badexample.com", "example.com", "", False),
    ],
)
def test_the_signer_must_be_aligned_with_the_author(signer: str, author: str, policy: str, counts: bool) -> None:
    names = zone(signer)
    if policy:
        names.records[f"_dmarc.{author}"] = [b"a note", policy.encode()]
    mail = signed(MAIL.replace(b"ann@example.com", f"ann@{author}".encode()), signer)
    assert proof(mail, names, author).prove(author) is counts


@pytest.mark.parametrize("signer", ["xn--bcher-kva.example", "mail.xn--bcher-kva.example"])
def test_a_domain_in_other_characters_is_signed_in_its_ascii_form(signer: str) -> None:
    names = zone(signer)
    mail = signed(MAIL.replace(b"ann@example.com", "ann@bücher.example".encode()), signer)
    assert proof(mail, names, "bücher.example").prove("bücher.example")
    assert all(name.isascii() for name in names.asked)
    assert not proof(mail, names, "a..b").prove("a..b")


def test_the_strict_policy_of_the_organization_holds_for_its_parts() -> None:
    names = zone()
    names.records["_dmarc.example.com"] = [b"v=DMARC1; adkim=s"]
    mail = signed(MAIL.replace(b"ann@example.com", b"ann@news.example.com"), "example.com")
    assert not proof(mail, names, "news.example.com").prove("news.example.com")


def test_a_foreign_signature_is_not_even_asked_for() -> None:
    names = zone("example.org")
    assert proof(signed(MAIL, "example.org"), names) == Proof(doubt="unsigned")
    assert names.asked == []


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"v=DKIM1; p=",
        b"v=DKIM2; p=%s",
        b"v=DKIM1; h=sha1; p=%s",
        b"v=DKIM1; s=other; p=%s",
        b"v=DKIM1; t=y; p=%s",
        b"v=DKIM1; k=dsa; p=%s",
        b"v=DKIM1; p=%s; p=%s",
        b"k=rsa; v=DKIM1; p=%s",
        b"v=DKIM1; p=AAAA",
        b"v=DKIM1; p=%s" + b" " * 5000,
        b"\xff",
    ],
)
def test_a_key_that_cannot_be_used_proves_nothing(record: bytes) -> None:
    good = key_record(rsa_key()).rpartition(b"p=")[2]
    names = Zone({"k1._domainkey.example.com": [record.replace(b"%s", good)]})
    assert proof(signed(MAIL, "example.com"), names) == Proof(doubt="broken")


def test_two_key_records_prove_nothing() -> None:
    names = Zone({"k1._domainkey.example.com": [key_record(rsa_key())] * 2})
    assert not proof(signed(MAIL, "example.com"), names).prove("example.com")


@pytest.mark.parametrize(("bits", "counts"), [(1024, True), (1016, False), (4096, True), (4160, False)])
def test_keys_have_a_least_and_a_greatest_size(bits: int, counts: bool) -> None:
    key = rsa_key(1024) if bits == 1016 else rsa_key(bits)
    names = Zone()
    names.publish("example.com", key)
    if bits == 1016:
        # The library makes no key so small; the record of one is read all the same.
        small = (1 << 1015) + 1
        modulus = small.to_bytes(128, "big")
        der = b"\x30\x81\x88\x02\x81\x80" + modulus + b"\x02\x03\x01\x00\x01"
        names.records["k1._domainkey.example.com"] = [b"v=DKIM1; p=" + base64.b64encode(der)]
    assert proof(signed(MAIL, "example.com", key=key), names).prove("example.com") is counts


@pytest.mark.parametrize(("exponent", "counts"), [(65537, True), ((1 << 32) - 1, True), ((1 << 33) + 1, False)])
def test_a_huge_exponent_is_refused(exponent: int, counts: bool) -> None:
    public = RSAPublicNumbers(exponent, rsa_key().public_key().public_numbers().n).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; p=" + base64.b64encode(der)
    if counts:
        assert key_of([record]).algorithm == "rsa-sha256"
        return
    with pytest.raises(NoKey, match="exponent"):
        key_of([record])


def test_the_flag_s_wants_the_exact_domain() -> None:
    mail = signed(MAIL, "example.com", identity=b"@news.example.com")
    assert proof(mail, zone()).prove("example.com")
    assert not proof(mail, zone(t="s")).prove("example.com")


def test_sha1_does_not_count() -> None:
    assert proof(signed(MAIL, "example.com", signature_algorithm=b"rsa-sha1"), zone()) == Proof(doubt="unsigned")


def test_a_signature_of_a_part_of_the_body_does_not_count() -> None:
    mail = signed(MAIL, "example.com", length=True)
    assert proof(mail, zone()).prove("example.com")
    assert not proof(mail + b"BEGIN:VCALENDAR\r\n", zone()).prove("example.com")


@pytest.mark.parametrize(("late", "counts"), [(-1, True), (1, False)])
def test_a_signature_ends(late: int, counts: bool) -> None:
    mail = signed(MAIL, "example.com")
    value = mail.partition(b"b=\r\n")[0]
    assert value
    ends = int((NOW - timedelta(seconds=late)).timestamp())
    # dkimpy writes no x=, so the signature is made by hand, with the same key.
    digest = base64.b64encode(hashlib.sha256(body(MAIL.partition(b"\r\n\r\n")[2], "relaxed")).digest()).decode()
    tags = f"v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=k1; x={ends}; h=from; bh={digest}; b="
    assert proof(by_hand(tags) + MAIL, zone()).prove("example.com") is counts


def by_hand(tags: str) -> bytes:
    text = f"from:Ann <ann@example.com>\r\ndkim-signature:{tags}".encode()
    value = base64.b64encode(rsa_key().sign(text, PKCS1v15(), SHA256())).decode()
    return f"DKIM-Signature: {tags}{value}\r\n".encode()


def test_without_from_a_signature_proves_nothing() -> None:
    mail = signed(MAIL, "example.com", headers=["from", "subject"])
    assert proof(mail.replace(b"from : subject", b"subject", 1), zone()) == Proof(doubt="unsigned")


def test_one_good_signature_among_broken_ones_is_enough() -> None:
    broken = signed(MAIL, "example.com").partition(b"From: Ann")[0].replace(b"bh=", b"bh=AAAA")
    assert proof(broken * 3 + signed(MAIL, "example.com"), zone()).prove("example.com")


def test_a_hundred_signatures_cost_a_few_questions() -> None:
    lines = b"".join(
        signed(MAIL, "example.com", selector=f"s{number}").partition(b"From: Ann")[0] for number in range(100)
    )
    names = Zone()
    assert proof(lines + MAIL, names) == Proof(doubt="broken")
    assert len(set(names.asked)) <= 4


@pytest.mark.parametrize(
    ("hostile", "simple", "relaxed"),
    [
        (b" " * 300_000 + b"x", b" " * 300_000 + b"x\r\n", b" x\r\n"),
        (b"a " * 300_000, b"a " * 300_000 + b"\r\n", b"a " * 299_999 + b"a\r\n"),
        (b"\r\n" * 300_000, b"\r\n", b""),
        (b"\n" * 300_000, b"\r\n", b""),
        (b"\r" * 300_000, b"\r" * 300_000 + b"\r\n", b"\r" * 300_000 + b"\r\n"),
        (b"\t \r\n" * 300_000, b"\t \r\n" * 300_000, b""),
    ],
)
def test_hostile_bodies_take_linear_time(hostile: bytes, simple: bytes, relaxed: bytes) -> None:
    # An algorithm that takes the square of the length does not end within the time that pytest gives a test.
    assert body(hostile, "simple") == simple
    assert body(hostile, "relaxed") == relaxed


def test_hostile_fields_are_bounded() -> None:
    for value in (b"v=1; " + b"a=b; " * 5000, b"v=1;d=" + b"a." * 5000, b";" * 10_000, b"v=1; h=" + b"from:" * 2000):
        lines = b"DKIM-Signature: " + value + b"\r\n"
        assert proof(lines * 10 + MAIL, Zone()) == Proof(doubt="unsigned")


def test_no_answer_is_another_doubt() -> None:
    names = zone()
    names.silent.add("k1._domainkey.example.com")
    assert proof(signed(MAIL, "example.com"), names) == Proof(doubt="unanswered")


def test_the_policy_without_an_answer_is_one_too() -> None:
    names = zone("mail.example.com")
    names.silent.add("_dmarc.example.com")
    assert proof(signed(MAIL, "mail.example.com"), names) == Proof(None, frozenset({"mail.example.com"}), "unanswered")


def test_a_dns_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("televent.adapters.email.proving.prover.TOTAL", 0.05)
    names = zone()
    names.stuck = True
    assert proof(signed(MAIL, "example.com"), names) == Proof(doubt="unanswered")


GOOGLE = MAIL.replace(b"MIME", b"Sender: calendar-notification@google.com\r\nReply-To: ann@example.com\r\nMIME", 1)


def test_the_signature_of_a_service_counts_where_it_covers_whom_it_writes_for() -> None:
    covered = signed(GOOGLE, "google.com")
    assert proof(covered, zone("google.com"), "gmail.com").signed_by("google.com")
    open_to_all = signed(GOOGLE, "google.com", headers=["from", "sender"])
    assert not proof(open_to_all, zone("google.com"), "gmail.com").signed_by("google.com")


LIST = "lists.example.org"
PASSED = "dmarc=pass header.from=example.com"


def relayed(*, footer: bytes = b"-- \r\nThe list\r\n", results: str = PASSED, key: int = 0) -> bytes:
    """A mail that a list changed and sealed."""
    return sealed(signed(MAIL, "example.com") + footer, LIST, results, key=rsa_key(2048, key))


def lists(key: int = 0) -> Zone:
    names = zone()
    names.publish(LIST, rsa_key(2048, key))
    return names


def test_a_list_that_the_operator_names_is_believed() -> None:
    assert proof(relayed(), lists(), "example.com", LIST).prove("example.com")


def test_a_list_that_nobody_named_is_not() -> None:
    names = lists()
    assert proof(relayed(), names) == Proof(doubt="broken")
    assert names.asked == []


@pytest.mark.parametrize(
    "results", ["dmarc=fail header.from=example.com", "dmarc=pass header.from=example.net", "none"]
)
def test_a_list_proves_only_what_it_found_out(results: str) -> None:
    assert not proof(relayed(results=results), lists(), "example.com", LIST).prove("example.com")


def test_a_seal_of_another_key_is_none() -> None:
    assert not proof(relayed(key=1), lists(), "example.com", LIST).prove("example.com")


def test_a_strangers_seal_over_the_lists_signature_is_not_believed() -> None:
    """The signature of the list does not cover what the list found out; only its seal does."""
    failed = relayed(results="dmarc=fail header.from=example.com")
    parts = re.findall(rb"ARC-(?:Message-Signature|Authentication-Results|Seal):(?:[^\n]*\n[ \t])*[^\n]*\n", failed)
    seal, signature, results = parts
    results = results.replace(b"dmarc=fail", b"dmarc=pass")
    tags = b" i=1; cv=none; a=rsa-sha256; d=evil.example; s=k1; b="
    above = (each.partition(b":") for each in (results, signature))
    text = b"".join(field(name, value, "relaxed") for name, _, value in above)
    text += field(b"ARC-Seal", tags, "relaxed").removesuffix(b"\r\n")
    value = base64.b64encode(rsa_key(2048, 2).sign(text, PKCS1v15(), SHA256()))
    forged = failed.replace(seal, b"ARC-Seal:" + tags + value + b"\r\n").replace(parts[2], results)
    names = lists()
    names.publish("evil.example", rsa_key(2048, 2))
    assert proof(forged, names, "example.com", "evil.example", LIST).prove("example.com"), "the seal itself is good"
    assert not proof(forged, names, "example.com", LIST).prove("example.com")


def test_what_was_changed_after_the_seal_is_not_believed() -> None:
    for mail in (relayed() + b"more\r\n", relayed().replace(b"dmarc=pass", b"dmarc=fail", 1)):
        assert not proof(mail, lists(), "example.com", LIST).prove("example.com")
    forged = relayed(results="dmarc=fail header.from=example.com").replace(b"dmarc=fail", b"dmarc=pass")
    assert not proof(forged, lists(), "example.com", LIST).prove("example.com")


def test_two_relays_make_a_chain_of_which_the_last_is_named() -> None:
    names = lists()
    names.publish("other.example.net", rsa_key())
    through = sealed(relayed(), "other.example.net", f"arc=pass; {PASSED}")
    assert proof(through, names, "example.com", "other.example.net").prove("example.com")
    # The last one is not named, so it may have changed what the first one sealed.
    assert not proof(through, names, "example.com", LIST).prove("example.com")


def test_the_parts_of_a_chain_cannot_be_left_out() -> None:
    names = lists()
    names.publish("other.example.net", rsa_key())
    through = sealed(relayed(), "other.example.net", f"arc=pass; {PASSED}")
    without = b"\r\n".join(line for line in through.split(b"\r\n") if not line.startswith(b"ARC-Seal: i=1"))
    assert not proof(without, names, "example.com", "other.example.net").prove("example.com")


def test_claims_ask_for_nothing_where_there_is_no_signature() -> None:
    assert claims_of(MAIL, "example.com", NOW).wanted == frozenset()
