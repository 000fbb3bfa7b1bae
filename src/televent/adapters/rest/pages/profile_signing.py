"""Signs configuration profiles for Apple's systems: CMS with the data inside (RFC 5652 §5)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7

from televent.adapters.rest.pages.device_settings import Sign

MAX_FILE: Final = 256 * 1024
"""Max bytes of a file with certificates or a key."""


class BadCertificate(Exception):
    """The certificate or the key cannot sign profiles; the message says why."""


def signer_of(certificates: bytes, key: bytes) -> tuple[Sign, datetime]:
    """The signer, and when its certificate expires.

    ``certificates``: PEM, the signer's own first, then those between it and its root. ``key``: PEM, without a
    password, RSA or of an elliptic curve. Raises BadCertificate.
    """
    try:
        own, *chain = x509.load_pem_x509_certificates(certificates)
    except ValueError:
        raise BadCertificate("there is no certificate in PEM") from None
    try:
        private = serialization.load_pem_private_key(key, None)
    except (ValueError, TypeError):
        raise BadCertificate("there is no private key in PEM without a password") from None
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise BadCertificate("the key must be RSA or of an elliptic curve")
    if _public(private.public_key()) != _public(own.public_key()):
        raise BadCertificate("the key is not that of the first certificate")

    def sign(profile: bytes) -> bytes:
        builder = pkcs7.PKCS7SignatureBuilder().set_data(profile).add_signer(own, private, hashes.SHA256())
        for each in chain:
            builder = builder.add_certificate(each)
        return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])

    return sign, own.not_valid_after_utc


def _public(key: object) -> bytes:
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(encoding, form)  # type: ignore[attr-defined,no-any-return]
