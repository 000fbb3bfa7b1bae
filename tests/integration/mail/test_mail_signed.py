"""Our mails are signed by DKIM (RFC 6376, RFC 8463): dkimpy and our own verification read them as they arrive."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from support.outgoing_mail import send
from support.post import OtherServer, open_other_server
from support.signing import Zone, in_thread, rsa_key
from support.town import Town, meeting
from televent.adapters.email.outgoing.signing import BadKey, Signer, private_key
from televent.adapters.email.outgoing.signing import signed as signed_by
from televent.adapters.email.proving.prover import Prover
from televent.application.use_cases.people import accounts
from televent.cli import cli

ZED, YAN = "zed@example.net", "yan@example.net"
RSA = Signer("r1", "televent.app", rsa_key())
ED = Signer("e1", "televent.app", Ed25519PrivateKey.generate())
RECORDS = {f"{each.name}.".encode(): each.record.encode() for each in (RSA, ED)}


@pytest.fixture
def other() -> Iterator[OtherServer]:
    with open_other_server() as other:
        yield other


def holds(mail: bytes, number: int) -> bool:
    """Whether dkimpy verifies the signature with that number, from the top."""
    try:
        return bool(dkim.DKIM(mail).verify(idx=number, dnsfunc=lambda name, timeout=5: RECORDS.get(name)))
    except dkim.ValidationError:
        return False


def proven(mail: bytes, *signers: Signer, domain: str = "televent.app") -> bool:
    """Whether our own verification proves the author, with the keys of these signers."""
    zone = Zone({each.name: [each.record.encode()] for each in signers})
    found = asyncio.run(Prover(zone, in_thread, ()).prove(mail, domain, datetime(2026, 11, 21, tzinfo=UTC)))
    return found.prove(domain)


def test_every_mail_leaves_signed(town: Town, other: OtherServer) -> None:
    ann = town.person("ann")
    long = f"SUMMARY:{'Плавающее время, очень долго ' * 20}"
    ann.put(meeting(long, people=(f'ATTENDEE;CN="Zoë, the \\"Z\\"":mailto:{ZED}',)))
    accounts.claim_address(town.core.backend, ann.context(), address=YAN, code="123456")
    send(town, other, signers=(RSA, ED))
    ann.put(meeting("DTSTART:20261201T120000Z", "DTEND:20261201T130000Z", people=(ZED,)))
    send(town, other, signers=(RSA, ED))
    raws = [each.raw for each in other.mails]
    assert len(raws) == 3
    for raw in raws:
        assert holds(raw, 0)
        assert proven(raw, RSA)
        assert proven(raw, ED)
        head = raw.partition(b"\r\n\r\n")[0]
        assert max(len(line) for line in head.split(b"\r\n")) <= 100
        assert b"; d=televent.app;" in re.sub(rb"\r\n\s+", b" ", head)


def test_a_changed_or_added_field_breaks_the_signature(town: Town, other: OtherServer) -> None:
    ann = town.person("ann")
    ann.put(meeting(people=(ZED,)))
    send(town, other, signers=(RSA,))
    (mail,) = other.mails
    raw = mail.raw
    assert holds(raw, 0)
    signature, _, rest = raw.partition(b"\r\nFrom:")
    for bad in (
        raw.replace(b"Subject: ", b"Subject: x", 1),
        raw.replace(b"Auto-Submitted: auto-generated", b"Auto-Submitted: no"),
        raw[:-2] + b"x\r\n",
        *(signature + f"\r\n{name}: x@example.org\r\nFrom:".encode() + rest
          for name in ("Reply-To", "From", "Subject", "To", "List-Unsubscribe", "In-Reply-To")),
    ):  # fmt: skip
        assert bad != raw
        assert not holds(bad, 0)
        assert not proven(bad, RSA)
    # A relay may add its own, unfold lines, and leave blanks at line ends.
    assert holds(raw.replace(b"\r\nFrom:", b"\r\nX-Relay: one\r\nFrom:", 1), 0)
    assert holds(b"Received: from a by b; Sat, 21 Nov 2026 13:00:00 +0000\r\n" + raw, 0)


def test_keys_that_cannot_sign() -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    forms = (Encoding.PEM, PrivateFormat.PKCS8)
    for data, why in (
        (b"", "no private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key"),
        (b"x" * 70_000, "more than"),
        (curve.private_bytes(*forms, NoEncryption()), "neither"),
        (rsa_key().private_bytes(*forms, BestAvailableEncryption(b"secret")), "password"),
        (rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "no private key"),
    ):  # fmt: skip
        with pytest.raises(BadKey, match=why):
            private_key(data)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.setenv("MAIL_DOMAIN", "cal.example.com")
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def dkim_command(run: CliRunner, *words: str) -> Result:
    return run.invoke(cli, ["mail", "dkim", *words])


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_the_command_makes_a_key_and_its_record(
    run: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    missing = dkim_command(run)
    assert (missing.exit_code != 0, "--make" in str(missing.exception) + missing.output) == (True, True)
    made = dkim_command(run, "--make", "key.pem", "--type", kind, "--selector", "S1")
    assert made.exit_code == 0, made.output
    path = tmp_path / "key.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    again = dkim_command(run, "--make", "key.pem")
    assert (again.exit_code != 0, path.read_bytes() == before) == (True, True)
    monkeypatch.setenv("MAIL_DKIM_SELECTOR", "s1")
    monkeypatch.setenv("MAIL_DKIM_KEY", str(path))
    shown = dkim_command(run)
    (line,) = shown.output.splitlines()
    assert line in made.output
    assert line.startswith("s1._domainkey.cal.example.com. IN TXT ( ")
    pieces = re.findall(r'"([^"]*)"', line)
    assert max(map(len, pieces)) <= 255
    signer = Signer("s1", "cal.example.com", private_key(before))
    assert "".join(pieces) == signer.record
    mail = signed_by(b"From: a@cal.example.com\r\nTo: b@example.net\r\n\r\nHi\r\n", [signer])
    assert proven(mail, signer, domain="cal.example.com")
    # dkimpy needs another package for Ed25519.
    assert kind != "rsa" or dkim.verify(mail, dnsfunc=lambda name, timeout=5: signer.record.encode())


def test_a_bad_key_is_told_at_the_start_and_by_doctor(
    run: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from televent.runtime.configuration.mail_signing import signing
    from televent.settings import SettingsError, load_settings

    path = tmp_path / "key.pem"
    for selector, key, why in (
        ("s1", "", "set both"), ("", str(path), "set both"), ("s1,s1", f"{path},{path}", "another selector"),
        ("under_score", str(path), "must be a name"), ("a..b", str(path), "must be a name"),
    ):  # fmt: skip
        monkeypatch.setenv("MAIL_DKIM_SELECTOR", selector)
        monkeypatch.setenv("MAIL_DKIM_KEY", key)
        with pytest.raises(SettingsError, match=why):
            load_settings()
    monkeypatch.setenv("MAIL_DKIM_SELECTOR", "s1")
    monkeypatch.setenv("MAIL_DKIM_KEY", str(path))
    assert signing(load_settings())[0] is False
    path.write_text("no key")
    sound, told = signing(load_settings())
    assert (sound, str(path) in told, "no private key in PEM" in told) == (False, True, True)
    up = run.invoke(cli, ["--data-dir", str(tmp_path / "data"), "up"])
    assert up.exit_code != 0
    assert "MAIL_DKIM_KEY" in up.output + str(up.exception)
    path.unlink()
    assert dkim_command(run, "--make", str(path)).exit_code == 0
    path.chmod(0o644)
    assert "chmod 600" in signing(load_settings())[1]
    path.chmod(0o600)
    sound, told = signing(load_settings())
    assert (sound, "s1._domainkey.cal.example.com (rsa-sha256)" in told) == (True, True)
