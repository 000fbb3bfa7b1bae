"""The formats of settings: each function returns the value as it is used, or raises ValueError with what it must be."""

from __future__ import annotations

import os
import re
from base64 import b64decode
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from televent.adapters.person_keys.masters import decoded

_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
"""A label of a domain in lower case (RFC 1123 §2.1)."""
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?\Z")
"""A name that a resolver is asked for. Networks of containers have names with an underscore."""
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
"""The part of an address before the @ (RFC 5321 §4.1.2, Dot-string)."""
_SELECTOR: Final = re.compile(r"(?=.{1,63}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\Z")
_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]+\Z")
"""A token (RFC 2045 §5.1)."""
_PUBLIC_URL: Final = re.compile(
    r"https?://(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~-]{1,100}){0,9}\Z"
)
"""A URL of a host, a port and a path of segments that every proxy writes alike, in lower case up to the path."""
_ORIGIN: Final = re.compile(r"https?://(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?\Z")
_PATH_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{24,200}\Z")
_WEBHOOK_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")


def domain(value: str) -> str:
    """A domain of mail in lower case, as addresses are compared with it (RFC 5321 §4.1.2)."""
    found = value.lower()
    if "@" in found or "/" in found or ":" in found:
        raise ValueError("must be a domain alone, such as example.com")
    if not found.isascii():
        raise ValueError(f"must be written in ASCII{_in_ascii(found)}")
    if len(found) > 253 or not all(map(_LABEL.match, found.split("."))):
        raise ValueError("must be a domain such as example.com: names of at most 63 letters, digits and hyphens")
    return found


def address(value: str) -> str:
    """A mail address without a display name, its domain in lower case."""
    local, at, name = value.rpartition("@")
    if not at or not _LOCAL.match(local) or len(local) > 64:
        raise ValueError("must be a mail address alone, such as noreply@example.com")
    return f"{local}@{domain(name)}"


def witness(value: str) -> str:
    """A mail address, or a URL with http or https, to which heads of the log go."""
    if "://" not in value:
        return address(value)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or not value.isascii() or not value.isprintable():
        raise ValueError("must be mail addresses and https:// URLs with commas between them")
    return value


def host(value: str) -> str:
    """An IP address or the name of a host, without a port."""
    if not is_address(value) and not _HOST.match(value):
        raise ValueError("must be an IP address or the name of a host, without a port and without brackets")
    return value


def is_address(value: str) -> bool:
    """Whether this is an IP address."""
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def web_url(value: str) -> str:
    """An http or https URL without a slash at its end."""
    if not value.startswith(("http://", "https://")):
        raise ValueError("must be an http:// or https:// URL")
    try:
        parts = urlsplit(value)
        named = parts.port != 0 and host(parts.hostname or "")
    except ValueError:
        named = ""
    if not named or re.search(r"[\s\x00-\x1f\x7f]", value):
        raise ValueError("must be a URL with a host, such as https://calendar.example.com")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("must be a URL without a user name, a query or a fragment")
    return value.rstrip("/")


def public_url(value: str) -> str:
    """The URL at which people reach the server, without a slash at its end."""
    scheme, colon, rest = value.strip().rstrip("/").partition("://")
    authority, slash, path = rest.partition("/")
    url = f"{scheme.lower()}{colon}{authority.lower()}{slash}{path}"
    try:
        fits = _PUBLIC_URL.match(url) is not None and urlsplit(url).port != 0
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("must be https://host or https://host/path, without user, query or fragment")
    return url


def origin(value: str) -> str:
    """The origin of a web page: scheme, host and port, in the form in which browsers send it (RFC 6454 §6.2)."""
    if not _ORIGIN.match(value):
        raise ValueError("must be origins such as https://app.example.com, without a path, separated by commas")
    return value


def proxy(value: str) -> str:
    """The address or network of a proxy, or * for every client."""
    if value != "*":
        try:
            ip_network(value)
        except ValueError:
            raise ValueError("must be IP addresses or networks such as 10.0.0.0/8, separated by commas") from None
    return value


def authserv_id(value: str) -> str:
    """The name with which a mail server signs Authentication-Results (RFC 8601 §2.5)."""
    if not _TOKEN.match(value):
        raise ValueError("must be one word, such as mx.example.com")
    return value


def webhook_secret(value: str) -> str:
    """The secret of a webhook, in the characters that Telegram takes (Bot API, setWebhook)."""
    if not _WEBHOOK_SECRET.match(value):
        raise ValueError("must have 1 to 256 characters: A to Z, a to z, 0 to 9, _ and -")
    return value


def imap_url(value: str) -> str:
    """The URL of a mailbox: imaps://user@host/folder, or imap:// where TLS begins by STARTTLS."""
    try:
        url = urlsplit(value)
        named = host(url.hostname or "") and url.port != 0
    except ValueError:
        named = False
    if not named or url.scheme not in ("imaps", "imap") or not url.username or url.query or url.fragment:
        raise ValueError("must be imaps://user@host or imaps://user@host/folder, an @ in the user written as %40")
    if url.password is not None:
        raise ValueError("must have no password in it: set MAIL_IMAP_PASSWORD")
    mail_folder(unquote(url.path.strip("/")) or "INBOX")
    if not unquote(url.username).isprintable():
        raise ValueError("must have a user without control characters")
    return value


def mail_folder(value: str) -> str:
    """The name of a folder of mail (RFC 3501 §5.1)."""
    if not value.isascii() or not value.isprintable() or len(value) > 200:
        raise ValueError("must name a folder in at most 200 characters of ASCII")
    return value


def path_secret(value: str) -> str:
    """A secret at the end of a URL: long enough that nobody guesses it."""
    if not _PATH_SECRET.match(value):
        raise ValueError("must have 24 to 200 characters: A to Z, a to z, 0 to 9, _ and -")
    return value


def master_keys(value: str) -> list[bytes]:
    """Master keys, the newest first, with commas between them."""
    keys = [decoded(each) for each in value.split(",")]
    if len(set(keys)) < len(keys):
        raise ValueError("must have another key in each place")
    return keys


def curve_key(value: str) -> str:
    """A public key of an elliptic curve: base64 of DER, which SendGrid shows in one line."""
    try:
        found = load_der_public_key(b64decode("".join(value.split()), validate=True))
    except (ValueError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, EllipticCurvePublicKey):
        raise ValueError("must be the public key of a signed Inbound Parse webhook, in base64")
    return "".join(value.split())


def selector(value: str) -> str:
    """The selector of a DKIM key: the name of its record before ``._domainkey`` (RFC 6376 §3.1)."""
    if not _SELECTOR.match(value.lower()):
        raise ValueError("must be a name such as televent or s2026, of letters, digits, hyphens and dots")
    return value.lower()


def socket_path(value: Path) -> Path:
    """The place of a socket in the file system (unix(7): a name has at most 107 bytes)."""
    if not value.is_absolute() or len(os.fsencode(value)) > 107:
        raise ValueError("must be an absolute path of at most 107 bytes")
    return value


def _in_ascii(name: str) -> str:
    """How a domain with other characters is written in DNS, for the end of a sentence."""
    try:
        return f": {name.encode('idna').decode('ascii')}"
    except UnicodeError:
        return ""
