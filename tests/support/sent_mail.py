"""A mail that we sent, as its recipient's program parses it."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser


def parse_mail(raw: bytes) -> EmailMessage:
    """The mail with its headers decoded and its parts."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    return message
