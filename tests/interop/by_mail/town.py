"""Two sides that know each other by mail only: a Televent with Ann, and the mail server and mailbox of a guest.

Televent hands its mail to the guest's Postfix, which puts it into a mailbox of Dovecot. The guest's program reads that
by IMAP and hands its own mail to that Postfix. It signs for its domain, and passes mail for Televent on to the Postfix
in front of Televent, which verifies the signature and delivers by LMTP.
"""

from __future__ import annotations

import json
import pwd
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from e2e.people import PATIENCE, People
from support.dkim_signer import dns_text, make_key
from support.dovecot import open_dovecot
from support.postfix import open_guests_postfix, open_postfix
from support.running import Televent
from support.waiting import NET, wait_until

ANN, ANNS_NUMBER, ZED = "ann@example.com", 1001, "zed@example.net"
DOMAIN, EDGE, GUESTS, SELECTOR = "calendar.example.com", "mx.example.com", "mail.example.net", "sel"

CALDAV = "urn:ietf:params:xml:ns:caldav"
QUERY = f"""<C:calendar-query xmlns:D="DAV:" xmlns:C="{CALDAV}"><D:prop><C:calendar-data/></D:prop><C:filter>
<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:prop-filter name="UID">
<C:text-match collation="i;octet">{{uid}}</C:text-match>
</C:prop-filter></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""


@dataclass(frozen=True)
class Mailbox:
    """Where the guest's program reads its mail, and hands mail over."""

    imap: int
    """A port of localhost, with TLS from the first byte."""
    certificate: Path
    smtp: int
    """A port of localhost, without TLS and sign-in."""


class Ann(People):
    """Ann, with her chat and her calendar app."""

    def __init__(self, televent: Televent) -> None:
        super().__init__(televent.sandbox)
        self._televent = televent
        said = televent.run(
            "account", "add", "--telegram-id", str(ANNS_NUMBER), "--name", "Ann", "--email", ANN, "--json"
        )
        assert said.returncode == 0, said.stderr
        self._credentials = b64encode(f"{ANNS_NUMBER}:{json.loads(said.stdout)['password']}".encode()).decode()
        self._read = 0
        # A bot may write to nobody who has not written to it.
        self.say(ANNS_NUMBER, "/start")
        self.hears("")

    def hears(self, *words: str) -> dict[str, Any]:
        """The next message of the bot, or its next edit of one, with all these words; waits for it."""

        def look() -> dict[str, Any] | None:
            messages = self.http("GET", f"/sandbox/people/{ANNS_NUMBER}/messages?after={self._read}")["messages"]
            news = [each for each in messages if each["from"] == "bot" and not each["deleted"]]
            fitting = [each for each in news if all(word in each["text"] for word in words)]
            return min(fitting, key=lambda each: int(each["revision"])) if fitting else None

        try:
            found = wait_until(look, PATIENCE, what=f"the bot says {words}")
        except AssertionError:
            messages = self.http("GET", f"/sandbox/people/{ANNS_NUMBER}/messages?after={self._read}")["messages"]
            raise AssertionError(f"Ann did not hear {words}, but {[each['text'] for each in messages]}") from None
        assert found is not None
        self._read = int(found["revision"])
        return found

    def taps(self, message: dict[str, Any], label: str) -> None:
        """A button of that message."""
        self.tap(ANNS_NUMBER, message, label)

    def puts(self, text: str, uid: str) -> None:
        """Her calendar app stores this text."""
        status, said = self._dav("PUT", f"{uid}.ics", text.replace("\n", "\r\n").encode())
        assert status in (201, 204), said

    def deletes(self, uid: str) -> None:
        """Her calendar app deletes the event."""
        status, said = self._dav("DELETE", f"{uid}.ics")
        assert status == 204, said

    def text(self, uid: str) -> str:
        """The event in her calendar, as her calendar app reads it; "" where it is not there."""
        _, said = self._dav("REPORT", "", QUERY.format(uid=uid).encode())
        found = [each.text or "" for each in etree.fromstring(said.encode()).iter(f"{{{CALDAV}}}calendar-data")]
        assert len(found) < 2, f"{uid} is there {len(found)} times"
        return found[0] if found else ""

    def _dav(self, method: str, name: str, body: bytes | None = None) -> tuple[int, str]:
        connection = HTTPConnection(urlsplit(self._televent.api).netloc, timeout=NET)
        headers = {"Authorization": f"Basic {self._credentials}", "Depth": "1"}
        headers["Content-Type"] = "application/xml" if method == "REPORT" else "text/calendar; charset=utf-8"
        try:
            connection.request(method, f"/caldav/{ANNS_NUMBER}/default/{name}", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@dataclass(frozen=True)
class Town:
    """Both sides. ``mails``: what Televent received, with its result, for the message of a failure."""

    ann: Ann
    mailbox: Mailbox
    mails: Callable[[], str]


@contextmanager
def open_town(place: Path) -> Iterator[Town]:
    """All servers in that folder, until the end of the block."""
    key, socket = make_key(), place / "lmtp"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    keys = {f"{SELECTOR}._domainkey.example.net": dns_text(key)}
    ours = (DOMAIN, "example.com")
    with ExitStack() as stack:
        enter = stack.enter_context
        imap, _, certificate = enter(open_dovecot(place / "dovecot"))
        edge = enter(open_postfix(place / "edge", host=EDGE, domains=ours, lmtp=socket, keys=keys))
        smtp = enter(
            open_guests_postfix(
                place / "guests",
                host=GUESTS,
                domain="example.net",
                maildir=place / "dovecot" / "mail",
                owner=pwd.getpwnam("nobody").pw_uid,
                signing=(SELECTOR, pem),
                beyond=dict.fromkeys(ours, edge),
            )
        )
        settings = {"MAIL_DOMAIN": DOMAIN, "MAIL_LMTP_SOCKET": str(socket), "MAIL_AUTHSERV_ID": EDGE}
        outgoing = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(smtp), "SMTP_TLS": "none", "MAIL_GATHER_SECONDS": "1"}
        televent = enter(Televent(place / "televent" / "data", **settings, **outgoing))
        yield Town(Ann(televent), Mailbox(imap, certificate, smtp), lambda: televent.run("mail", "list").stdout)
