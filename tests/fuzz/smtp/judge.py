"""Finds wrong replies to a session."""

from __future__ import annotations

from fuzz.smtp.sessions import Session
from fuzz.smtp.talk import Talk


def complaint(session: Session, done: Talk, bound: float) -> str:
    """The reason why these replies are wrong; "" where they are right. ``bound``: seconds that a reply may take."""
    if done.torn:
        return f"this is no reply: {done.torn[:60]!r}"
    if any(reply.startswith((b"451", b"500 Error: (")) for reply in done.replies):
        return f"an error of the server's own: {next(each for each in done.replies if each[:3] in (b'451', b'500'))!r}"
    if done.silent:
        return "no reply"
    if done.slowest > bound:
        return f"it took {done.slowest:.1f} s"
    if session.mails and done.ended and not any(reply.startswith((b"421", b"221")) for reply in done.replies):
        return "a valid session was cut"
    return ""


def accepted(session: Session, done: Talk) -> list[tuple[bytes, list[str]]]:
    """The mails of a valid session that the server accepted: those after whose 354 there is a 250."""
    after = [reply for before, reply in zip(done.replies, done.replies[1:], strict=False) if before.startswith(b"354")]
    return [mail for mail, reply in zip(session.mails, after, strict=False) if reply.startswith(b"250")]
