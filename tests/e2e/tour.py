"""A tour of the whole product: /create in Telegram → invitation → Accept → answer in a calendar app → mail → cancelled.

It uses real sockets and real clients: the chat page's control API, python-caldav, curl, SMTP. Each step is reported,
so that a test can run it and a person can watch it.
"""

from __future__ import annotations

import base64
import http.client
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from e2e.itip_mail import ItipMail, attendee_line, read_itip_mail
from e2e.people import PATIENCE, CalendarApp, People
from support.waiting import wait_until

ANN, BOB = 1001, 1002
EVE = "eve@outside.example.org"
DATA = "{urn:ietf:params:xml:ns:caldav}calendar-data"
ETAG = "{DAV:}getetag"
TEXT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody's calendar app//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20261121T000000Z
DTSTART:20270110T100000Z
DTEND:20270110T110000Z
SUMMARY:Walk & talk
LOCATION:Room 404
X-UNKNOWN;X-P=1:kept
ORGANIZER;CN=Ann:mailto:tg_1001@televent.internal
ATTENDEE;CN=Ann;PARTSTAT=ACCEPTED:mailto:tg_1001@televent.internal
ATTENDEE;CN=Bob;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:tg_1002@televent.internal
ATTENDEE;CN=Eve;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:eve@outside.example.org
END:VEVENT
END:VCALENDAR
"""

Tell = Callable[[str, str], None]
"""Called with each finished step, and with the URL of the page that shows it."""


@dataclass
class Meeting:
    """The meeting of Ann's PUT: its URL, and the messages to both guests."""

    uid: str
    url: str
    card: dict[str, Any]
    invitation: ItipMail

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


class Tour(People):
    """One tour of a running Televent."""

    def __init__(self, api: str, sandbox: str, tell: Tell = lambda line, look: None) -> None:
        super().__init__(sandbox)
        self.api = api
        self._tell = tell

    def tell(self, line: str, where: str | None = None) -> None:
        self._tell(line, where or f"{self.sandbox}/")

    def go(self) -> None:
        """Runs every step and asserts its result."""
        self.sign_up()
        self.create_in_the_chat()
        password = self.device_password(ANN)
        self.tell("Ann says /device add; the bot shows her a password for her laptop, once")
        with CalendarApp(self.api, ANN, password) as anns:
            assert anns.summaries() == ["Team Meeting"]
            self.tell("Ann's calendar app knows the server's root and that password, and finds the event", self.api)
            meeting = self.invite(anns, password)
            self.accept(anns, meeting)
            with CalendarApp(self.api, BOB, self.device_password(BOB)) as bobs:
                assert bobs.summaries() == ["Walk & talk"]
                self.tell("Bob's calendar app finds the event in his own calendar", self.api)
                self.answer_by_mail(anns, meeting)
                self.say(ANN, "/attendees walk")
                assert self.heard(ANN, "Eve (")["text"] == "Bob (Accepted), Eve (Accepted)"
                self.tell("/attendees shows all: Bob (Accepted), Eve (Accepted)")
                self.delete(anns, bobs, meeting)

    def sign_up(self) -> None:
        for person in (ANN, BOB):
            self.say(person, "/start")
            for question in ("Right?", "please provide your email"):
                self.tap(person, self.heard(person, question), "Skip")
        self.tell("Ann and Bob say /start")

    def create_in_the_chat(self) -> None:
        self.say(ANN, "/create Team Meeting, tomorrow 3pm, 1 hour")
        shown = self.heard(ANN, "Shall I create this?")
        assert "3:00 PM - 4:00 PM" in shown["text"]
        self.tap(ANN, shown, "Create")
        self.heard(ANN, "Created. Code:")
        self.tell("Ann says /create Team Meeting, tomorrow 3pm, 1 hour, and confirms what the bot read")

    def invite(self, anns: CalendarApp, password: str) -> Meeting:
        uid = str(uuid4())
        url = f"{anns.calendar.url}{uid}.ics"
        assert put(url, TEXT.format(uid=uid).replace("\n", "\r\n").encode(), str(ANN), password) == 201
        self.tell("curl -X PUT of an .ics invites Bob (tg_1002@televent.internal) and Eve, who is outside", self.api)
        assert "X-UNKNOWN;X-P=1:kept" in anns.text(url)
        card = self.heard(BOB, "Walk & talk")
        assert "Ann invited you." in card["text"]
        assert "📍 Room 404" in card["text"]
        assert len(card["buttons"][0]) == 3
        self.tell("Bob's card arrives in Telegram, with three buttons")
        mail = self.mail(EVE, "REQUEST")
        invitation = read_itip_mail(mail["raw"], "REQUEST", EVE)
        assert mail["subject"].startswith("Invitation: Walk & talk")
        assert invitation.words.startswith("You've been invited to: Walk & talk")
        assert invitation.value("UID") == uid
        assert "PARTSTAT=NEEDS-ACTION" in attendee_line("\n".join(invitation.lines), EVE)
        self.tell(f"Eve's mail is a valid REQUEST: {mail['subject']}", f"{self.sandbox}/mail")
        return Meeting(uid, url, card, invitation)

    def accept(self, anns: CalendarApp, meeting: Meeting) -> None:
        before, token = anns.sync()
        assert "PARTSTAT=NEEDS-ACTION" in attendee_line(before[meeting.path].text(DATA), "tg_1002@")
        self.tap(BOB, meeting.card, "Accept")
        edited = self.heard(BOB, "You accepted this invitation.")
        assert edited["message_id"] == meeting.card["message_id"]
        assert next(button["text"] for row in edited["buttons"] for button in row) == "Change response"
        assert "Bob accepted your meeting." in self.heard(ANN, "accepted your meeting")["text"]
        self.tell("Bob taps Accept: the card says so, and Ann is told")
        changed, _ = anns.sync(token)
        assert list(changed) == [meeting.path]
        assert "PARTSTAT=ACCEPTED" in attendee_line(changed[meeting.path].text(DATA), "tg_1002@")
        assert changed[meeting.path].text(ETAG) != before[meeting.path].text(ETAG)
        self.tell("Ann's next sync returns exactly that event, with PARTSTAT=ACCEPTED for Bob", self.api)

    def answer_by_mail(self, anns: CalendarApp, meeting: Meeting) -> None:
        assert "PARTSTAT=NEEDS-ACTION" in attendee_line(anns.text(meeting.url), EVE)
        mail = self.mail(EVE, "REQUEST")
        self.http("POST", f"/sandbox/mails/{mail['id']}/answer", {"partstat": "ACCEPTED"})
        wait_until(
            lambda: "PARTSTAT=ACCEPTED" in attendee_line(anns.text(meeting.url), EVE),
            PATIENCE,
            what="Eve's answer in Ann's copy",
        )
        assert "PARTSTAT=ACCEPTED" in attendee_line(anns.text(meeting.url), "tg_1002@")
        inbox = f"{self.sandbox}/mail"
        self.tell("Eve answers as Gmail would: her METHOD:REPLY comes in by SMTP and turns her ACCEPTED", inbox)

    def delete(self, anns: CalendarApp, bobs: CalendarApp, meeting: Meeting) -> None:
        _, token = anns.sync()
        anns.calendar.event_by_url(meeting.url).delete()
        gone, _ = anns.sync(token)
        assert {path: (entry.status or "").split()[1] for path, entry in gone.items()} == {meeting.path: "404"}
        self.tell("Ann deletes the event in her calendar app: her next sync holds its tombstone, a 404", self.api)
        said = self.heard(BOB, "This meeting was cancelled.")
        assert said["message_id"] != meeting.card["message_id"]
        assert not any(button["text"] == "Change response" for row in said["buttons"] for button in row)
        (left,) = bobs.calendar.events()
        assert str(left.icalendar_component["STATUS"]) == "CANCELLED"
        self.tell("Bob gets a message that it was cancelled, and his calendar says so")
        mail = self.mail(EVE, "CANCEL")
        cancellation = read_itip_mail(mail["raw"], "CANCEL", EVE)
        assert mail["subject"].startswith("Canceled: Walk & talk")
        assert cancellation.value("STATUS") == "CANCELLED"
        assert cancellation.sequence() > meeting.invitation.sequence()
        for same in ("UID", "ORGANIZER"):
            assert cancellation.value(same) == meeting.invitation.value(same)
        # No guest with an account gets a mail, and no other guest gets two.
        assert [each["envelope_to"] for each in self.http("GET", "/sandbox/mails")] == [[EVE], [EVE]]
        self.tell(f"Eve gets a CANCEL: {mail['subject']}", f"{self.sandbox}/mail")


def put(url: str, text: bytes, user: str, password: str) -> int:
    """The status of a PUT by curl; where there is no curl, by the standard library."""
    if shutil.which("curl") is None:
        place = urlsplit(url)
        connection = http.client.HTTPConnection(place.netloc, timeout=60)
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        headers = {"Content-Type": "text/calendar", "Authorization": f"Basic {credentials}"}
        connection.request("PUT", place.path, text, headers)
        return connection.getresponse().status
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "event.ics")
        file.write_bytes(text)
        command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-u", f"{user}:{password}", "-X", "PUT"]
        command += ["-H", "Content-Type: text/calendar", "--data-binary", f"@{file}", url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return int(done.stdout)
