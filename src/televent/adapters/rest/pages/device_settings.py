"""The settings of a new device as phones take them: plain, a link for DAVx⁵, a profile for Apple, a QR code."""

from __future__ import annotations

import io
import plistlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from televent.application.reach import Reach
from televent.domain.ids import AccountId

PROFILE_TYPE: Final = "application/x-apple-aspen-config"
"""The media type by which Apple's systems know a profile."""
Sign = Callable[[bytes], bytes]
"""From a profile to the same profile, signed (CMS, RFC 5652)."""


@dataclass(frozen=True, slots=True)
class Connecting:
    """How devices reach this server. ``sign`` None: profiles for Apple are not signed, and say so when opened."""

    reach: Callable[[], Reach]
    sign: Sign | None = None


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """The settings of one device. ``url`` ends with a slash. The user is the account's id, which never changes: an
    address or Telegram may be taken out of the account, and the device goes on."""

    url: str
    account_id: AccountId
    password: str

    @property
    def user(self) -> str:
        """The name with which the device signs in."""
        return str(self.account_id)

    @property
    def is_https(self) -> bool:
        """Whether the server's address has TLS. Apple's calendars send no password without it."""
        return urlsplit(self.url).scheme == "https"

    def davx5(self) -> str:
        """The link that opens DAVx⁵ with these settings. Its scheme says whether there is TLS."""
        parts = urlsplit(self.url)
        scheme = "davx5" if self.is_https else "caldav"
        return f"{scheme}://{self.user}:{self.password}@{parts.netloc}{parts.path}"


def profile_of(settings: DeviceSettings, device_id: UUID, name: str) -> bytes:
    """A configuration profile with one CalDAV account (Apple, Configuration Profile Reference), not signed.

    Its ids are those of the device, so that the same profile again replaces the account and adds none.
    """
    parts = urlsplit(settings.url)
    identifier = f"app.televent.device.{device_id}"
    account = {
        "PayloadType": "com.apple.caldav.account",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{identifier}.caldav",
        "PayloadUUID": str(uuid5(device_id, "caldav")).upper(),
        "PayloadDisplayName": "Televent",
        "CalDAVAccountDescription": "Televent",
        "CalDAVHostName": parts.hostname or "",
        "CalDAVPort": parts.port or (443 if settings.is_https else 80),
        "CalDAVUseSSL": settings.is_https,
        "CalDAVPrincipalURL": f"{parts.path}caldav/{settings.user}/",
        "CalDAVUsername": settings.user,
        "CalDAVPassword": settings.password,
    }
    whole = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": identifier,
        "PayloadUUID": str(uuid5(device_id, "profile")).upper(),
        "PayloadDisplayName": f"Televent: {name}",
        "PayloadDescription": "Televent",
        "PayloadContent": [account],
    }
    return plistlib.dumps(whole, sort_keys=False)


def qr_of(text: str) -> str:
    """A QR code (ISO/IEC 18004) as SVG, dark on white also where the page is dark."""
    # Imported late: most API processes never make one.
    import segno

    picture = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(picture, kind="svg", xmldecl=False, light="#fff", scale=4, border=4, nl=False)
    return picture.getvalue().decode()
