"""Reads the certificate and the key that sign configuration profiles for Apple's systems, from the settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from televent.settings import Settings, SettingsError

if TYPE_CHECKING:
    from televent.adapters.rest.pages.device_settings import Sign


def profile_signer(settings: Settings) -> Sign | None:
    """The signer of MOBILECONFIG_CERT and MOBILECONFIG_KEY; None where they are not set. Raises SettingsError."""
    certificates, key = settings.mobileconfig_cert, settings.mobileconfig_key
    if certificates is None or key is None:
        return None
    from televent.adapters.rest.pages.profile_signing import BadCertificate, signer_of

    try:
        return signer_of(_read("MOBILECONFIG_CERT", certificates), _read("MOBILECONFIG_KEY", key))[0]
    except BadCertificate as error:
        raise SettingsError(f"MOBILECONFIG_CERT and MOBILECONFIG_KEY cannot sign: {error}") from None


def _read(name: str, path: Path) -> bytes:
    from televent.adapters.rest.pages.profile_signing import MAX_FILE

    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE)
    except OSError as error:
        raise SettingsError(f"{name}: {path} cannot be read: {error.strerror}") from None
