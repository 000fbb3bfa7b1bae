"""The examples by name, and their forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from televent.adapters.email.outgoing import mime
from televent.adapters.email.outgoing.checked import check
from televent.adapters.email.previews.example import NOW, Example
from televent.adapters.email.previews.guests import GUESTS
from televent.adapters.email.previews.people import PEOPLE

EXAMPLES: Final[dict[str, Callable[[str], Example]]] = {**GUESTS, **PEOPLE}
"""Every mail that is sent, by name; each is made in a language."""
FORMS: Final = ("text", "html", "eml")
ENDINGS: Final = {"text": "txt", "html": "html", "eml": "eml"}
"""The end of the file name for each form."""


def preview(name: str, language: str, form: str) -> bytes:
    """An example in one of FORMS. Raises KeyError for an unknown name."""
    example = EXAMPLES[name](language)
    content = example.content
    if form != "eml":
        return (content.plain if form == "text" else content.html).encode()
    mail = mime.Mail(
        sender=mime.Mailbox("Televent", "noreply@cal.example.com"),
        recipient=mime.Mailbox("Bob", "bob@example.net"),
        reply_to=None,
        subject=content.subject,
        date=NOW,
        message_id=mime.message_id("cal.example.com", name, language),
        plain=content.plain,
        html=content.html,
    )
    raw = mime.calendar_mail(mail, example.method, example.calendar) if example.method else mime.plain_mail(mail)
    check(raw)
    return raw
