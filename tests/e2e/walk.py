"""The first whole walk: /create in Telegram → invitation → Accept → green tick in a calendar app → mail → cancelled.

Over real sockets, with real clients: the chat page's control interface, python-caldav, curl, SMTP. Told step by step,
so that a test can run it and a person can watch it.
"""

from __future__ import annotations

import email
import json
import re
import subprocess
import tempfile
import urllib.request
from collections.abc import Callable
from email import policy
from pathlib import Path
from typing import Any
from uuid import uuid4

import caldav

from support.waiting import wait_until

ANN, BOB = 1001, 1002
EVE = "eve@outside.example.org"
PATIENCE = 30.0
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

Tell = Callable[[str], None]


class Walk:
    """One walk through a running Televent."""

    def __init__(self, api: str, sandbox: str, tell: Tell = lambda line: None) -> None:
        self.api = api
        self.sandbox = sandbox
        self.tell = tell

    # ---- the people's hands and eyes
    def http(self, method: str, path: str, body: object = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self.sandbox + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            raw = answer.read()
        return json.loads(raw) if raw[:1] in b"[{" and raw else raw

    def say(self, person: int, text: str) -> None:
        self.http("POST", f"/sandbox/people/{person}/messages", {"text": text})

    def heard(self, person: int, words: str) -> dict[str, Any]:
        """The newest message of the bot to that person that holds these words."""

        def look() -> dict[str, Any] | None:
            messages = self.http("GET", f"/sandbox/people/{person}/messages?after=0")["messages"]
            said = [each for each in messages if each["from"] == "bot" and words in (each["text"] or "")]
            return said[-1] if said else None

        found: dict[str, Any] | None = wait_until(look, PATIENCE, what=f"{person} hears {words!r}")
        assert found is not None
        return found

    def tap(self, person: int, message: dict[str, Any], label: str) -> None:
        buttons = [button for row in message["buttons"] for button in row]
        data = next(button["callback_data"] for button in buttons if label in button["text"])
        self.http("POST", f"/sandbox/people/{person}/taps", {"message_id": message["message_id"], "data": data})

    def calendar_of(self, person: int) -> tuple[caldav.Calendar, str]:
        """A calendar app signs in with a new device password and finds the calendar by discovery."""
        self.say(person, f"/device add Laptop of {person}")
        shown = self.heard(person, "Password:")
        found = re.search(r"Password: ([0-9a-zA-Z]{16})", shown["text"])
        assert found is not None
        client = caldav.DAVClient(url=self.api + "/", username=str(person), password=found[1])
        return client.principal().calendars()[0], found[1]

    # ---- the walk
    def go(self) -> None:
        """Every step, asserting each."""
        self.sign_up()
        self.create_in_the_chat()
        calendar, password = self.calendar_of(ANN)
        assert [str(each.icalendar_component["SUMMARY"]) for each in calendar.events()] == ["Team Meeting"]
        self.tell("Ann's calendar app signs in with a device password and finds the event by discovery")
        token = calendar.objects_by_sync_token().sync_token
        url = self.put_with_curl(calendar, password)
        card = self.heard(BOB, "Walk & talk")
        assert "Ann invited you." in card["text"]
        assert "📍 Room 404" in card["text"]
        self.tell("Bob's card arrives in Telegram, with three buttons")
        token = calendar.objects_by_sync_token(token).sync_token
        self.accept(card)
        changed = calendar.objects_by_sync_token(token, load_objects=True)
        (only,) = list(changed)
        assert str(only.url) == url
        assert "PARTSTAT=ACCEPTED" in attendee_line(only.data, "tg_1002@")
        self.tell("Ann's next sync returns exactly that event, with PARTSTAT=ACCEPTED for Bob")
        bobs, _ = self.calendar_of(BOB)
        assert [str(each.icalendar_component["SUMMARY"]) for each in bobs.events()] == ["Walk & talk"]
        self.tell("Bob's calendar app finds the event in his own calendar")
        self.answer_by_mail(calendar, url)
        self.say(ANN, "/attendees walk")
        people = self.heard(ANN, "Eve (")
        assert people["text"] == "Bob (Accepted), Eve (Accepted)"
        self.tell("/attendees shows all: Bob (Accepted), Eve (Accepted)")
        self.delete(calendar, url)

    def sign_up(self) -> None:
        for person in (ANN, BOB):
            self.say(person, "/start")
            question = self.heard(person, "please provide your email")
            self.tap(person, question, "Skip")
        self.tell("Ann and Bob say /start")

    def create_in_the_chat(self) -> None:
        self.say(ANN, "/create Team Meeting, tomorrow 3pm, 1 hour")
        shown = self.heard(ANN, "Shall I create this?")
        assert "3:00 PM - 4:00 PM" in shown["text"]
        self.tap(ANN, shown, "Create")
        self.heard(ANN, "Created. Code:")
        self.tell("Ann says /create Team Meeting, tomorrow 3pm, 1 hour, and confirms what the bot read")

    def put_with_curl(self, calendar: caldav.Calendar, password: str) -> str:
        uid = str(uuid4())
        url = f"{calendar.url}{uid}.ics"
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "walk.ics")
            file.write_bytes(TEXT.format(uid=uid).replace("\n", "\r\n").encode())
            command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-u", f"{ANN}:{password}", "-X", "PUT"]
            command += ["-H", "Content-Type: text/calendar", "--data-binary", f"@{file}", url]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert done.stdout == "201"
        self.tell("curl -X PUT of an .ics invites Bob (tg_1002@televent.internal) and Eve, who is outside")
        return url

    def accept(self, card: dict[str, Any]) -> None:
        self.tap(BOB, card, "Accept")
        edited = self.heard(BOB, "You accepted this invitation.")
        assert edited["message_id"] == card["message_id"]
        assert [button["text"] for row in edited["buttons"] for button in row] == ["Change response"]
        assert "Bob accepted your meeting." in self.heard(ANN, "accepted your meeting")["text"]
        self.tell("Bob taps Accept: the card says so, and Ann is told")

    def answer_by_mail(self, calendar: caldav.Calendar, url: str) -> None:
        mail = self.mail("Invitation: Walk & talk")
        check_invitation(self.http("GET", f"/sandbox/mails/{mail['id']}"))
        self.tell(f"Eve's mail is a valid REQUEST: {mail['subject']}")
        self.http("POST", f"/sandbox/mails/{mail['id']}/answer", {"partstat": "ACCEPTED"})
        wait_until(
            lambda: "PARTSTAT=ACCEPTED" in attendee_line(calendar.event_by_url(url).data, EVE),
            PATIENCE,
            what="Eve's answer in Ann's copy",
        )
        self.tell("Eve answers as Gmail would: her METHOD:REPLY comes in by SMTP and turns her ACCEPTED")

    def delete(self, calendar: caldav.Calendar, url: str) -> None:
        token = calendar.objects_by_sync_token().sync_token
        calendar.event_by_url(url).delete()
        gone = list(calendar.objects_by_sync_token(token))
        assert [str(each.url) for each in gone] == [url]
        self.heard(BOB, "This meeting was cancelled.")
        mail = self.mail("Canceled: Walk & talk")
        assert mail["method"] == "CANCEL"
        self.tell("Ann deletes the event: a tombstone in her sync, Bob's card says so, Eve gets a CANCEL by mail")

    def mail(self, subject: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            mails = self.http("GET", "/sandbox/mails")
            return next((each for each in mails if each["subject"].startswith(subject)), None)

        found: dict[str, Any] | None = wait_until(look, PATIENCE, what=f"a mail {subject!r}")
        assert found is not None
        return found


def attendee_line(text: str, address: str) -> str:
    """The unfolded ATTENDEE line of that address."""
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    return next((line for line in lines if line.startswith("ATTENDEE") and address in line), "")


def check_invitation(raw: bytes) -> None:
    """multipart/mixed [ multipart/alternative [ plain, html, calendar ], invite.ics ]; nothing internal in it."""
    mail = email.message_from_bytes(raw, policy=policy.default)
    alternative, attached = list(mail.iter_parts())
    plain, rich, calendar = list(alternative.iter_parts())  # type: ignore[union-attr]
    kinds = [part.get_content_type() for part in (mail, alternative, plain, rich, calendar, attached)]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    assert plain.get_content().startswith("You've been invited to: Walk & talk")
    octets = calendar.get_payload(decode=True)
    assert octets == attached.get_payload(decode=True)
    assert isinstance(octets, bytes)
    assert calendar.get_param("method") == "REQUEST"
    text = octets.decode()
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert "\r\nMETHOD:REQUEST\r\n" in text
    assert mail["Auto-Submitted"] == "auto-generated"
    assert attendee_line(text, EVE)
    for forbidden in ("televent.internal", "SCHEDULE-STATUS", "VALARM"):
        assert forbidden not in text
        assert forbidden.encode() not in raw
