"""The content of the mail with the code that proves an address."""

from __future__ import annotations

from televent.adapters.email.templates.content import Content
from televent.adapters.email.texts import say
from televent.application.messages.mail import AddressVerification, AlreadyRegistered, PasswordCode, RegistrationCode


def verification_content(verification: AddressVerification, language: str) -> Content:
    """The mail with the code."""
    values = {"name": verification.name, "code": verification.code}
    return Content(
        language=language,
        subject=say(language, "verification-subject", **values),
        lead=say(language, "verification-lead", **values),
        lines=[say(language, "verification-rest")],
    )


def password_content(request: PasswordCode, language: str) -> Content:
    """The mail with the code for a new password."""
    values = {"name": request.name, "code": request.code}
    return Content(
        language=language,
        subject=say(language, "password-code-subject", **values),
        lead=say(language, "password-code-lead", **values),
        lines=[say(language, "password-code-rest")],
    )


def registration_content(request: RegistrationCode, language: str) -> Content:
    """The mail with the code that opens an account."""
    values = {"name": request.name, "code": request.code}
    return Content(
        language=language,
        subject=say(language, "registration-subject", **values),
        lead=say(language, "verification-lead", **values),
        lines=[say(language, "registration-rest")],
    )


def registered_content(told: AlreadyRegistered, language: str) -> Content:
    """The mail to a person whose address somebody registered once more."""
    return Content(
        language=language,
        subject=say(language, "registered-subject"),
        lead=say(language, "registered-lead", name=told.name),
        lines=[say(language, "registered-rest")],
    )
