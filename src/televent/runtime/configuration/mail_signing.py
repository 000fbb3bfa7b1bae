"""Says how mails leave this installation, from the settings: with which signatures, and with which links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from televent.settings import Settings, SettingsError

if TYPE_CHECKING:
    from televent.adapters.email.outgoing.signing import Signer


def signers_of(settings: Settings) -> list[Signer]:
    """A signer for each key of MAIL_DKIM_KEY. Raises SettingsError for a file that is no key."""
    if not settings.mail_dkim_key:
        return []
    from televent.adapters.email.outgoing.signing import MAX_KEY, BadKey, Signer, private_key

    found = []
    for selector, path in zip(settings.mail_dkim_selector, settings.mail_dkim_key, strict=True):
        try:
            with path.open("rb") as file:
                key = private_key(file.read(MAX_KEY + 1))
        except OSError as error:
            raise SettingsError(f"MAIL_DKIM_KEY: {path} cannot be read: {error.strerror}") from None
        except BadKey as error:
            raise SettingsError(f"MAIL_DKIM_KEY: {path} cannot sign mail: {error}") from None
        found.append(Signer(selector, settings.mail_domain, key))
    return found


def signing(settings: Settings) -> tuple[bool, str]:
    """Whether the keys are sound, and a sentence for the operator."""
    try:
        found = signers_of(settings)
    except SettingsError as error:
        return False, str(error)
    if not found:
        return (
            True,
            "MAIL_DKIM_KEY is not set: mails leave unsigned, unless your mail server signs them (DKIM)",
        )
    readable = [path for path in settings.mail_dkim_key if path.stat().st_mode & 0o077]
    if readable:
        return False, f"MAIL_DKIM_KEY: other accounts can read {readable[0]}; run: chmod 600 {readable[0]}"
    return True, f"mails are signed by {' and '.join(f'{each.name} ({each.algorithm})' for each in found)}"


def answering(settings: Settings) -> tuple[bool, str]:
    """True, and a sentence about whether guests can answer by links; an installation without them is sound."""
    if settings.public_url is None:
        return True, (
            "PUBLIC_URL is not set: mails have no links to answer, to turn reminders off, or to load the event as a"
            " file; guests answer in their own calendars"
        )
    return True, f"guests answer by pages below {settings.public_url}/i/"
