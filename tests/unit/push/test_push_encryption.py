"""Encryption gives the examples of the standards byte for byte, and only the subscribed device can decrypt it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from support.push import Device, verify_vapid
from televent.adapters.push.encryption import (
    OVERHEAD,
    RECORD_SIZE,
    Recipient,
    UnusableKey,
    content_keys,
    encrypt,
    from_base64url,
    recipient,
    to_base64url,
)
from televent.adapters.push.vapid import VALID_FOR, Vapid, new_private_key

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

# RFC 8291 §5 and Appendix A.
UA_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
UA_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
AS_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
AUTH_SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
MESSAGE = b"When I grow up, I want to be a watermelon"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(from_base64url(text)), ec.SECP256R1())


def test_the_example_of_rfc_8291_comes_out_byte_for_byte() -> None:
    body = encrypt(MESSAGE, recipient(UA_PUBLIC, AUTH_SECRET), private(AS_PRIVATE), from_base64url(SALT))
    assert to_base64url(body) == BODY


def test_the_device_of_the_tests_reads_the_example_of_rfc_8291() -> None:
    device = Device(private(UA_PRIVATE), from_base64url(AUTH_SECRET))
    assert to_base64url(device.public) == UA_PUBLIC
    assert device.read(from_base64url(BODY)) == MESSAGE


def test_the_keys_are_those_of_the_first_example_of_rfc_8188() -> None:
    # §3.1: the salt, the key, and the one record after a header of 21 bytes.
    body = from_base64url("I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg")
    key, nonce = content_keys(body[:16], from_base64url("yqdlZ-tYemfogSmv7Ws5PQ"))
    assert (to_base64url(key), to_base64url(nonce)) == ("_wniytB-ofscZDh4tbSjHw", "Bcs8gkIRKLI8GeI8")
    assert AESGCM(key).decrypt(nonce, body[21:], None) == b"I am the walrus\x02"


def test_only_the_device_it_is_for_reads_a_message() -> None:
    device, other = Device.new(), Device.new()
    body = encrypt(MESSAGE, recipient(*device.shared()), ec.generate_private_key(ec.SECP256R1()), b"s" * 16)
    assert device.read(body) == MESSAGE
    with pytest.raises(ValueError, match="cannot be read"):
        other.read(body)


def test_a_message_fills_one_record_and_no_more() -> None:
    device, sender = Device.new(), ec.generate_private_key(ec.SECP256R1())
    to = Recipient(device.public, device.secret)
    longest = b"x" * (RECORD_SIZE - OVERHEAD)
    body = encrypt(longest, to, sender, b"s" * 16)
    assert (len(body), device.read(body)) == (RECORD_SIZE, longest)
    with pytest.raises(ValueError, match="at most"):
        encrypt(longest + b"x", to, sender, b"s" * 16)


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("", AUTH_SECRET),
        ("not base64url!", AUTH_SECRET),
        (to_base64url(b"\x04" + b"\0" * 64), AUTH_SECRET),  # not on the curve
        (to_base64url(from_base64url(UA_PUBLIC)[:33]), AUTH_SECRET),  # too short
        (to_base64url(b"\x02" + from_base64url(UA_PUBLIC)[1:33]), AUTH_SECRET),  # compressed
        (UA_PUBLIC, ""),
        (UA_PUBLIC, to_base64url(b"x" * 15)),
        (UA_PUBLIC, "é"),
    ],
)
def test_a_key_that_nothing_can_be_encrypted_to_is_refused(key: str, secret: str) -> None:
    with pytest.raises(UnusableKey):
        recipient(key, secret)


def test_padding_of_base64_and_white_space_around_it_do_no_harm() -> None:
    assert recipient(f"\n {UA_PUBLIC}= ", f"{AUTH_SECRET}==") == recipient(UA_PUBLIC, AUTH_SECRET)


def test_a_push_service_can_verify_who_sends() -> None:
    vapid = Vapid(new_private_key(), "mailto:admin@example.com")
    header = vapid.authorization("https://push.example.org:8443/up/abc?x=1", NOON)
    claims = verify_vapid(header, vapid.public_key)
    assert claims == {
        "aud": "https://push.example.org:8443",
        "exp": int((NOON + VALID_FOR).timestamp()),
        "sub": "mailto:admin@example.com",
    }
    assert timedelta(0) < VALID_FOR <= timedelta(hours=24)


def test_a_token_signed_by_another_is_none_of_ours() -> None:
    ours, other = Vapid(new_private_key(), "mailto:a@example.com"), Vapid(new_private_key(), "mailto:a@example.com")
    header = other.authorization("https://push.example.org/x", NOON).replace(other.public_key, ours.public_key)
    with pytest.raises(ValueError, match="signature"):
        verify_vapid(header, ours.public_key)


def test_the_signature_is_two_numbers_of_32_bytes_whatever_their_size() -> None:
    vapid = Vapid(1, "mailto:a@example.com")
    for _ in range(64):
        token = vapid.authorization("https://push.example.org/x", NOON).split("t=")[1].split(",")[0]
        head, claims, signature = token.split(".")
        raw = from_base64url(signature)
        assert len(raw) == 64
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        public = ec.derive_private_key(1, ec.SECP256R1()).public_key()
        public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        assert json.loads(from_base64url(head)) == {"typ": "JWT", "alg": "ES256"}
