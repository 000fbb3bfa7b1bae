"""Signed heads: what was signed is read, and nothing else."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from televent.application.log_proof.note import BadNote, Head, read, sign, verifier

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
HEAD = Head("example.com/log", 7, bytes(range(32)), 123 << 20, datetime(2026, 11, 23, 8, tzinfo=UTC))
NOTE = sign(HEAD, KEY)


def test_a_head_comes_back() -> None:
    assert read(NOTE, KEY.public_key()) == HEAD


def test_the_form_is_that_of_checkpoints() -> None:
    origin, size, root, ours, empty, signature = NOTE.splitlines()
    assert (origin, size, root) == ("example.com/log", "7", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    assert ours == "televent position 128974848 at 2026-11-23T08:00:00+00:00"
    assert empty == ""
    assert signature.startswith("— example.com/log ")


def test_the_public_key_is_one_line() -> None:
    name, key_id, key = verifier(HEAD.origin, KEY.public_key()).split("+", 2)
    assert name == HEAD.origin
    assert len(bytes.fromhex(key_id)) == 4
    assert len(key) == 44


def test_another_key() -> None:
    with pytest.raises(BadNote, match="another key"):
        read(NOTE, Ed25519PrivateKey.generate().public_key())


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="utf-8"))
def test_no_character_can_be_changed(place: int, character: str) -> None:
    changed = NOTE[:place] + character + NOTE[place + 1 :]
    if changed != NOTE:
        with pytest.raises(BadNote):
            read(changed, KEY.public_key())


def test_bits_of_base64_without_a_meaning() -> None:
    changed = [
        NOTE[:-3] + each + NOTE[-2:] for each in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    ]
    assert NOTE in changed
    for each in changed:
        if each != NOTE:
            with pytest.raises(BadNote):
                read(each, KEY.public_key())


@given(st.integers(0, len(NOTE) - 1))
def test_a_part_is_no_head(length: int) -> None:
    with pytest.raises(BadNote):
        read(NOTE[:length], KEY.public_key())


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb", "x" * 300])
def test_names_that_cannot_be_signed(origin: str) -> None:
    with pytest.raises(BadNote):
        sign(Head(origin, 7, HEAD.root, 1, HEAD.at), KEY)
