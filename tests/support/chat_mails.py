"""Mails that come to people in the chat."""

from support.chat import Chats, Someone
from support.post import EDGE, itip_mail, message
from televent.adapters.email.doors.keys import mail_key
from televent.adapters.email.incoming.intake import Intake
from televent.application.mail.book import KeptMail
from televent.application.mail.incoming import Verdict
from televent.application.use_cases.people.preferences import change_preferences

ZED = "zed@example.net"
PROVEN = f"{EDGE}; dmarc=pass header.from=example.net"
FORGED = f"{EDGE}; dmarc=fail header.from=example.net"


def person(chats: Chats, name: str) -> tuple[Someone, str]:
    """A person, and their address, which nobody else has."""
    number = chats.core.backend.ids().hex[:8]
    address = f"{name.lower()}.{number}@example.com"
    return chats.person(name, address=address), address


def asked(to: str, uid: str, *lines: str, method: str = "REQUEST", sequence: int = 0, by: str = ZED) -> str:
    people = (f"ORGANIZER;CN=Zed:mailto:{by}", f"ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:{to}")
    stamp = f"20261121T{13 + sequence}0000Z"
    return message(method, *people, *lines, uid=uid, sequence=sequence, stamp=stamp)


def comes(chats: Chats, to: str, text: str, *, results: str = "", sender: str = f"Zed <{ZED}>") -> Verdict:
    """A mail comes, with the results of the mail server in front of us."""
    core = chats.core
    headers = [("Authentication-Results", results)] if results else []
    raw = itip_mail(text, sender=sender, headers=headers, message_id=f"{core.backend.ids().hex}@example.net")
    key, now = mail_key(raw, [to]), chats.now
    core.mail_book.keep(key, ZED, [to], raw, now)
    intake = Intake(core.backend, core.mail_book, core.run, authserv_id=EDGE)
    return chats.do(intake.take(KeptMail(key, ZED, [to], raw, now, now)))


def has(someone: Someone, uid: str) -> bool:
    return bool(someone.chats.core.reads.by_uid(someone.account.tenant, uid))


def trusting(someone: Someone) -> None:
    """The person takes invitations of strangers."""
    change_preferences(someone.chats.core.backend, someone.context(), {"strangers": "always"})
