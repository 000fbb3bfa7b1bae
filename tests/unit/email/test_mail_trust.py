"""The authenticated sender of a mail: RFC 8601 §5, RFC 7489 §3.1, imip/SPEC B5."""

import pytest

from televent.adapters.email.incoming.trust import sender_of as sender_by
from televent.adapters.email.incoming.trust import stated
from televent.adapters.email.reading.parts import Part, parse_mail
from televent.application.mail.trust import Sender, Trust, trust_of

EDGE = "mx.televent.app"


def sender_of(message: Part, authserv_id: str | None) -> Sender:
    return sender_by(message, stated(message, authserv_id))


def mail(*headers: str) -> Part:
    return parse_mail("\r\n".join([*headers, "", "x"]).encode())


def results(value: str, author: str = "From: zed@example.net") -> bool:
    return sender_of(mail(f"Authentication-Results: {EDGE}; {value}", author), EDGE).proven


@pytest.mark.parametrize(
    "value",
    [
        "dmarc=pass header.from=example.net",
        "dmarc=pass",
        "spf=fail smtp.mailfrom=x.example; dkim=pass header.d=example.net; dmarc=none header.from=example.net",
    ],
)
def test_the_domain_of_from_is_proven(value: str) -> None:
    assert results(value)


@pytest.mark.parametrize(
    "value",
    [
        "dmarc=fail header.from=example.net",
        "dmarc=pass header.from=example.org",
        "dkim=pass header.d=example.org",
        "dkim=pass header.d=ample.net",
        "dkim=fail header.d=example.net",
        "spf=pass smtp.mailfrom=example.net",
        "none",
        ";;;=",
    ],
)
def test_anything_else_proves_nothing(value: str) -> None:
    assert not results(value)


def test_a_subdomain_is_proven_by_its_domain() -> None:
    assert results("dkim=pass header.d=example.net", "From: zed@mail.example.net")
    assert results("dkim=pass header.d=mail.example.net", "From: zed@example.net")
    assert results("dkim=pass header.d=a.example.co.uk", "From: zed@b.example.co.uk")


@pytest.mark.parametrize(
    ("signer", "author"),
    [
        ("co.uk", "example.co.uk"),
        ("evil.co.uk", "example.co.uk"),
        ("github.io", "zed.github.io"),
        ("evil.github.io", "zed.github.io"),
        ("uk", "example.co.uk"),
        ("net", "example.net"),
        ("x" * 300, "example.net"),
    ],
)
def test_a_domain_under_the_same_public_suffix_proves_nothing(signer: str, author: str) -> None:
    assert not results(f"dkim=pass header.d={signer}", f"From: zed@{author}")


def test_only_our_own_mail_server_is_believed_and_all_its_lines_count() -> None:
    old = f"Authentication-Results: {EDGE}; dmarc=pass header.from=example.net"
    foreign = "Authentication-Results: mx.example.net; dmarc=pass header.from=example.net"
    fresh = f"Authentication-Results: {EDGE}; dmarc=fail header.from=example.net"
    author = "From: zed@example.net"
    assert not sender_of(mail(foreign, author), EDGE).proven
    assert not sender_of(mail(fresh, old, author), EDGE).proven
    assert not sender_of(mail(old, author), None).proven
    assert sender_of(mail(foreign, old, author), EDGE).proven


PASS = "dmarc=pass header.from=example.net"


@pytest.mark.parametrize(
    "line",
    [
        "spf=fail smtp.helo=[1.2.3.4]; dmarc=fail header.from=example.net",
        "spf=fail smtp.helo=[1.2.3.4]",
        "",
        ";;;=",
        "dmarc=pass (((",
        "(" * 2000,
        "spf=pass " + "a" * 9000,
        "spf=none dmarc=fail header.from=example.net",
        "dkim=pass header.d=example.net dmarc = fail",
        "dmarc=fail header.from=example.net",
        "dmarc=none",
        "dmarc=pass header.from=example.org",
    ],
)
def test_a_line_of_ours_that_fails_or_cannot_be_read_is_not_passed_over(line: str) -> None:
    ours, forged = f"Authentication-Results: {EDGE}; {line}", f"Authentication-Results: {EDGE}; {PASS}"
    for lines in ((ours, forged), (forged, ours)):
        assert not sender_of(mail(*lines, "From: zed@example.net"), EDGE).proven
    for spelled in (EDGE.upper(), f'"{EDGE}"', f"(a comment) {EDGE}"):
        ours = f"Authentication-Results: {spelled} ; {line}"
        assert not sender_of(mail(ours, forged, "From: zed@example.net"), EDGE).proven


CONTROLS = [chr(each) for each in (*range(32), 127) if chr(each) not in "\t\n"]


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
def test_an_id_that_our_mail_server_does_not_recognise_as_its_own_proves_nothing(control: str) -> None:
    """RFC 8601 §5: it removes only lines with its own id. So nothing may become that id when we read it."""
    author = "From: zed@example.net"
    for head in (f"mx.tele{control}vent.app;", f"{EDGE}{control};", f"{control}{EDGE};", f"{EDGE};{control}"):
        forged = f"Authentication-Results: {head} {PASS}"
        assert not sender_of(mail(forged, author), EDGE).proven, head
        ours = f"Authentication-Results: {EDGE}; spf=none"
        assert not sender_of(mail(ours, forged, author), EDGE).proven, head


def test_an_id_that_is_not_written_plainly_proves_nothing() -> None:
    author = "From: zed@example.net"
    for spelled in (
        f'"{EDGE}"',
        f"(a comment) {EDGE}",
        "mx.tele\r\n vent.app",
        '"mx.tele"vent.app',
        "mx.tele(x)vent.app",
    ):
        assert not sender_of(mail(f"Authentication-Results: {spelled}; {PASS}", author), EDGE).proven, spelled


@pytest.mark.parametrize("fold", ["\r\n\t", "\n ", "\r\n    "], ids=ascii)
def test_a_folded_line_of_ours_is_read(fold: str) -> None:
    """RFC 5322 §2.2.3"""
    ours = f"Authentication-Results:{fold}{EDGE};{fold}dmarc=pass{fold}header.from=example.net"
    assert sender_of(mail(ours, "From: zed@example.net"), EDGE).proven


def test_two_filters_of_our_mail_server_write_a_line_each() -> None:
    first = f"Authentication-Results: {EDGE}; dkim=pass (2048-bit key; unprotected) header.d=example.net header.b=a/b="
    second = f"Authentication-Results: {EDGE}; {PASS}"
    author = "From: zed@example.net"
    assert sender_of(mail(first, second, author), EDGE).proven
    assert sender_of(mail(f"Authentication-Results: {EDGE}; none", second, author), EDGE).proven
    assert not sender_of(mail(*[second] * 300, author), EDGE).proven


def test_a_method_that_is_named_twice_has_its_worse_result() -> None:
    assert results("dkim=pass header.d=example.net; dkim=pass header.d=example.org")
    assert not results("dkim=pass header.d=example.net; dkim=fail header.d=example.org")
    assert not results("dkim=fail header.d=example.org; dkim=pass header.d=example.net")
    assert not results(f"{PASS}; dmarc=fail")
    assert not results("dkim=pass header.d=example.net; dmarc=fail header.from=example.net")
    assert not results("dmarc=pass header.from=example.net header.from=example.org")


def test_a_word_in_a_comment_is_no_result() -> None:
    assert results(f'{PASS} (p=none (dmarc=fail)); spf=pass reason="dkim=fail" smtp.mailfrom=example.net')


def test_two_authors_prove_nothing() -> None:
    assert not results("dmarc=pass", "From: zed@example.net, yan@example.net")
    assert not results("dmarc=pass", "From: zed@example.net\r\nFrom: yan@example.net")


def test_google_speaks_for_who_answers() -> None:
    headers = ("From: Zed <zed@example.net>", "Sender: calendar-notification@google.com", "Reply-To: zed@example.org")
    proven = sender_of(mail(f"Authentication-Results: {EDGE}; dkim=pass header.d=google.com", *headers), EDGE)
    assert (proven.proven, proven.speaks_for) == (True, frozenset({"zed@example.net", "zed@example.org"}))
    forged = sender_of(mail(f"Authentication-Results: {EDGE}; dkim=pass header.d=example.org", *headers), EDGE)
    assert (forged.proven, forged.speaks_for) == (False, frozenset({"zed@example.net"}))


@pytest.mark.parametrize("added", ["Reply-To: yan@example.org", "Sender: x@example.org"])
def test_google_speaks_for_nobody_in_a_field_that_comes_twice(added: str) -> None:
    headers = ("From: Zed <zed@example.net>", "Sender: calendar-notification@google.com", "Reply-To: zed@example.org")
    signed = f"Authentication-Results: {EDGE}; dkim=pass header.d=google.com"
    assert sender_of(mail(signed, added, *headers), EDGE).speaks_for == {"zed@example.net"}


def test_the_senders_name_is_read() -> None:
    assert sender_of(mail("From: =?utf-8?q?Z=C3=A9d?= <zed@example.net>"), None).name == "Zéd"
    assert sender_of(mail("From: zed@example.net"), None).name == ""


def test_a_name_is_one_line_of_printable_text() -> None:
    """It is kept in facts and shown on cards. A lone surrogate has no UTF-8 form, so it cannot be stored."""
    for word, name in (
        ("=?utf-7?q?+2AA-?=", "+2AA-"),
        ("=?unicode_escape?q?=5Cud800?=", "\\ud800"),
        ("=?punycode?q?x-?=", "x-"),
        ("=?utf-8?q?a=00b=1B=5B31mc=0D=0Ad?=", "a b [31mc d"),
        ("=?utf-8?b?4oCuYWJj?=", "abc"),
        ("=?utf-8?q?=FF?=", "\ufffd"),
        ("=?iso-2022-jp?b?GyRCOzNFRBsoQg==?=", "山田"),
        ("=?utf-8*en?q?Z=C3=A9d?=", "Zéd"),
        ("=?utf-8?q?Z=C3?= =?utf-8?q?=A9d?= Smith", "Zéd Smith"),
        ("=?utf-8?q?Zed_?= =?iso-8859-1?q?M=FCller?=", "Zed Müller"),
        ("=?utf-8?b?WsOpZA?=", "Zéd"),
        ("=?utf-8?x?Zed?=", "= ?utf-8?x?Zed?="),
        ("=?utf-8?q?=3D=3Futf-8=3Fq=3FZed=3F=3D?=", "= ?utf-8?q?Zed?="),
    ):
        found = sender_of(mail(f"From: {word} <zed@example.net>"), None)
        assert (found.name, found.address) == (name, "zed@example.net"), word


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
def test_an_author_with_a_control_character_is_nobody(control: str) -> None:
    """Two programs read such a field differently, and PostgreSQL stores no NUL."""
    for value in (f"z{control}ed@example.net", f"Z{control}ed <zed@example.net>", f"zed@exam{control}ple.net"):
        found = sender_of(mail(f"Authentication-Results: {EDGE}; {PASS}", f"From: {value}"), EDGE)
        assert (found.address, found.proven) == ("", False), value


@pytest.mark.parametrize("value", ["", "@", "<", '"', "=?x?q?", "=?utf-8?b?!!!?=", "a@b@c", "zed@[", "\udcff@x", ",,,"])
def test_broken_authors_are_nobody_proven(value: str) -> None:
    raw = f"From: {value}\r\nAuthentication-Results: {EDGE}; dmarc=pass header.from=example.net\r\n\r\nx"
    found = sender_of(parse_mail(raw.encode(errors="surrogateescape")), EDGE)
    assert not found.proven


def test_how_far_a_mail_is_believed() -> None:
    zed = frozenset({"zed@example.net"})
    proven, unproven = Sender("zed@example.net", True, zed), Sender("zed@example.net", False, zed)
    assert trust_of(unproven, "zed@example.net", "zed@example.net") is Trust.T3
    assert trust_of(proven, "zed@example.net", None) is Trust.T2
    assert trust_of(unproven, "zed@example.net", "yan@example.net") is Trust.T0
    assert trust_of(unproven, "zed@example.net", None) is Trust.T0
    assert trust_of(proven, "yan@example.net", None) is Trust.T0
    assert trust_of(proven, None, None) is Trust.T0
