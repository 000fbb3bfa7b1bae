"""Titles and names write no headers, under any Python (RFC 5322 §2.2, RFC 2047; CPython's gh-121650)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import hostile_headers
from support.hostile_headers import ADDRESSES, PIECES, TEXTS, wrong_with, wrong_with_address
from televent.adapters.email.outgoing.checked import UnsafeMail, check
from televent.adapters.email.outgoing.headers import BadHeader, addr_spec, clean, field, message_id
from televent.adapters.email.outgoing.mime import Mail, Mailbox, calendar_mail, plain_mail

ROOT = Path(__file__).parents[3]
MINORS = range(11, 16)
"""The minor versions of Python 3 that are asked for by name; newer ones are found as well."""
PLACES = (*os.environ.get("PATH", "").split(os.pathsep), "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")
HOMES = (Path.home() / ".pyenv/versions", Path.home() / ".local/share/uv/python", Path("/opt/python"))


def pythons() -> dict[str, str]:
    """The version of each Python on this machine, from 3.11 on, and its program."""
    named = {shutil.which(f"python3.{minor}", path=place) for minor in MINORS for place in PLACES if place}
    kept = {str(program) for home in HOMES for program in home.glob("*/bin/python3")}
    found: dict[str, str] = {}
    for program in sorted({sys.executable, *filter(None, named), *kept}):
        code = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
        run = subprocess.run([program, "-I", "-c", code], capture_output=True, text=True, check=False)
        version = run.stdout.strip()
        if run.returncode == 0 and tuple(map(int, version.split("."))) >= (3, 11):
            found.setdefault(version, program)
    return found


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    return pythons()


@pytest.mark.parametrize("minor", MINORS)
def test_no_text_writes_a_header_under(found: dict[str, str], minor: int) -> None:
    programs = {version: program for version, program in found.items() if version.startswith(f"3.{minor}.")}
    if not programs:
        pytest.skip(f"there is no Python 3.{minor} on this machine")
    for version, program in programs.items():
        environment = {"PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        run = subprocess.run(
            [program, hostile_headers.__file__], env=environment, capture_output=True, text=True, check=False
        )
        assert run.stdout.splitlines()[:1] == [version], run.stderr
        assert run.returncode == 0, run.stdout


HOSTILE = st.lists(st.one_of(st.sampled_from([*PIECES, *TEXTS]), st.text(max_size=30)), max_size=12).map("".join)


@given(HOSTILE)
def test_a_text_stays_a_text(text: str) -> None:
    assert wrong_with(text) == []


@given(st.one_of(st.sampled_from(ADDRESSES), st.tuples(HOSTILE, HOSTILE).map("@".join)))
def test_an_address_is_one_address_or_refused(address: str) -> None:
    assert wrong_with_address(address) == []


def test_a_title_is_read_as_it_was_written() -> None:
    title = "Müller & Söhne ☕ встреча  会議"
    assert clean(title) == "Müller & Söhne ☕ встреча 会議"
    assert clean("a\r\nb\0c =?utf-8?q?d?=") == "a b c = ?utf-8?q?d?="


@pytest.mark.parametrize("value", ["a\r\nBcc: x@evil.example", "a\nb", "a\0b", "\x85", "\ud800"])
def test_a_field_takes_no_line_end(value: str) -> None:
    with pytest.raises(BadHeader):
        field("Subject", value)
    with pytest.raises(BadHeader):
        message_id(f"{value}@televent.app")
    with pytest.raises(BadHeader):
        addr_spec(f"{value}@televent.app")


def test_an_address_keeps_its_form() -> None:
    assert addr_spec("a,b@example.net") == '"a,b"@example.net'
    assert addr_spec("zed@exämple.net") == "zed@xn--exmple-cua.net"
    assert addr_spec("zöd@example.net") == "zöd@example.net"


MAIL = plain_mail(
    Mail(
        sender=Mailbox("Ann via Televent", "noreply@televent.app"),
        recipient=Mailbox("", "zed@example.net"),
        reply_to=None,
        subject="Hi",
        date=hostile_headers.DATE,
        message_id="one@televent.app",
        plain="x\n",
        html="<p>x</p>\n",
    )
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: Hi\r\n", b"Subject: Hi\r\nBcc: x@evil.example\r\n"),
        (b"Subject: Hi\r\n", b"Subject: Hi\r\nSubject: Ho\r\n"),
        (b"Subject: Hi\r\n", b"Subject: Hi\nBcc: x@evil.example\r\n"),
        (b"Subject: Hi\r\n", b"Subject: =?utf-8?q?Hi=0d=0aBcc:_x@evil.example?=\r\n"),
        (b"Subject: Hi\r\n", b"Subject: =?utf-8?q?=3D=3Futf-8=3Fq=3FHi=3D0a=3F=3D?=\r\n"),
        (b"Subject: Hi\r\n", b"Subject: a\0b\r\n"),
        (b"Subject: Hi\r\n", b"Subject: Hi\r\n\r\n<h1>"),
        (b"Subject: Hi\r\n", b"Subject: " + b"x" * 1000 + b"\r\n"),
        (b"Subject: Hi\r\n", b""),
        (b"Content-Type: text/html", b"Content-Type: text/plain"),
        (b"Content-Type: text/html", b"Content-ID: <x@evil.example>\r\nContent-Type: text/html"),
    ],
)
def test_a_mail_that_is_not_ours_is_not_sent(old: bytes, new: bytes) -> None:
    check(MAIL)
    with pytest.raises(UnsafeMail):
        check(MAIL.replace(old, new, 1))


def test_a_method_that_is_none_makes_no_mail() -> None:
    mail = hostile_headers.mail_with("x")
    with pytest.raises(BadHeader):
        calendar_mail(mail, 'REQUEST"\r\nBcc: x@evil.example', hostile_headers.CALENDAR)
