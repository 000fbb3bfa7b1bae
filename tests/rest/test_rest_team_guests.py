"""Guests of a team calendar: the team organizes for all who write there, and every answer comes back to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from support.dav import Client, Site, event
from support.mail_cards import PUBLIC, Web, mails, text_of
from support.outgoing_mail import send
from support.post import OtherServer, itip_mail, message, open_other_server, open_post_office
from support.rest_people import Api, api_of, join
from support.town import Person, Town
from televent.application.refusals import NotManager
from televent.application.use_cases.mail.settle_parked import settle_parked
from televent.application.use_cases.people.accounts import erase_account
from televent.runtime.workers.grace import forget_one

ZED = "zed@example.net"
MEETING: dict[str, Any] = {
    "summary": "Review",
    "start": "2027-03-01T10:00:00",
    "end": "2027-03-01T11:00:00",
    "time_zone": "Europe/London",
}
MARCH = "start=2027-03-01T00:00:00Z&end=2027-04-01T00:00:00Z"
GUESTS = [{"email": ZED}, {"email": "eve@example.com"}, {"email": "cat@example.com"}]


class Studio:
    """Ann's team calendar, where Bob writes and Cat reads. Eve is no member; Zed is elsewhere."""

    def __init__(self, site: Site, other: OtherServer) -> None:
        self.site, self.other = site, other
        names = ((101, "ann"), (102, "bob"), (103, "cat"), (104, "eve"))
        self.apps = {name: site.person(number, name.title(), f"{name}@example.com") for number, name in names}
        self.ann, self.bob, self.cat, self.eve = (
            api_of(site, app, f"{name}@example.com") for name, app in self.apps.items()
        )
        members = [{"email": "bob@example.com", "role": "writer"}, {"email": "cat@example.com", "role": "reader"}]
        self.id = self.ann.ask("POST", "/team-calendars", {"name": "Design", "members": members}).json["id"]
        join(self.bob, self.cat)
        self.tenant = site.core.reads.mounts(self.apps["bob"].tenant)[0].tenant
        self.address = f"{self.tenant}@televent.app"
        self.town = Town(site.core, site.core.conninfo, now=datetime.now(UTC) + timedelta(minutes=2))

    def meeting(self) -> Any:
        return self.bob.made(**MEETING, calendar_id=self.id, attendees=GUESTS)

    def answers(self, api: Api, event_id: str) -> dict[str, str]:
        """The answers of the guests in the copy of the team, as that member sees it."""
        people = api.get(f"/events/{event_id}")["attendees"]
        return {each["email"]: each["answer"] for each in people if each["email"] != self.address}

    def copy_of(self, api: Api) -> Any:
        """The guest's own copy of the only meeting."""
        (found,) = [each for each in api.get(f"/events?{MARCH}")["events"] if each["calendar_id"] != self.id]
        return found

    def mailed(self) -> list[str]:
        """Sends what is due, and returns the first word of each subject that Zed has got."""
        self.town.now += timedelta(minutes=10)
        send(self.town, self.other, PUBLIC)
        return [str(each["subject"]).partition(":")[0] for each in mails(self.other, ZED)]

    def mails_back(self, method: str, *lines: str, uid: str) -> list[tuple[str, str]]:
        """A mail of Zed's program to the address of the invitation; returns what became of all of them."""
        self.town.now += timedelta(minutes=1)
        team = Person(self.town, self.tenant, self.address)
        with open_post_office(self.town) as post:
            text = message(method, *lines, uid=uid, stamp=f"{self.town.now:%Y%m%dT%H%M%SZ}")
            post.send(itip_mail(text), post.token(team, ZED, uid))
            return post.verdicts()

    def mount(self, app: Client) -> str:
        """The path of the team calendar in that person's home."""
        (found,) = [each for each in app.propfind(app.home, "D:getetag", depth="1").responses() if "/shared-" in each]
        return found


@pytest.fixture
def studio(site: Site) -> Iterator[Studio]:
    clock = site.core.backend.clock
    with open_other_server() as other:
        yield Studio(site, other)
    site.core.backend.clock = clock


def test_every_guest_hears_once_and_every_answer_is_seen_by_the_members(studio: Studio) -> None:
    made = studio.meeting()
    assert made["organizer"] == {"email": studio.address, "name": "Design"}
    assert studio.mailed() == ["Invitation"]
    (mail,) = mails(studio.other, ZED)
    # No member's address goes out, and not the team's either: the answer comes to a token.
    assert "rsvp+" in mail["reply-to"]
    assert not re.search("ann@|bob@|" + re.escape(studio.address), mail.as_string())
    for guest in (studio.eve, studio.cat):
        copy = studio.copy_of(guest)
        assert (copy["role"], copy["answer"], copy["organizer"]["name"]) == ("attendee", "NEEDS-ACTION", "Design")

    # Eve by her own copy, Cat by the copy in her app, Zed by the page of the mail.
    assert (
        studio.eve.ask("POST", f"/events/{studio.copy_of(studio.eve)['id']}/answer", {"answer": "ACCEPTED"}).status
        == 200
    )
    cat = studio.apps["cat"]
    (href,) = [each for each in cat.propfind(cat.calendar(), "D:getetag", depth="1").responses() if "ics" in each]
    text = cat.ask("GET", href).body
    assert (
        cat.put(
            href, text.replace(b'PARTSTAT=NEEDS-ACTION;RSVP=\r\n TRUE;CN="Cat"', b'PARTSTAT=DECLINED;CN="Cat"')
        ).status
        == 204
    )
    link = re.search(f"{PUBLIC}(/i/[0-9a-f]+)", text_of(mail))
    assert link is not None
    assert Web(studio.site.port).answers(link[1], "accept").status == 303
    said = {ZED: "ACCEPTED", "eve@example.com": "ACCEPTED", "cat@example.com": "DECLINED"}
    for member in (studio.ann, studio.bob, studio.cat):
        assert studio.answers(member, made["id"]) == said
    reply = studio.mails_back("REPLY", f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{ZED}", uid=made["uid"])
    assert reply == [("applied", "REPLY T3")]
    assert studio.answers(studio.cat, made["id"])[ZED] == "TENTATIVE"
    shown = studio.apps["ann"].report(studio.mount(studio.apps["ann"]), "C:calendar-query", FILTER).text
    assert "PARTSTAT=TENTATIVE;SCHEDULE-STATUS=2.0:mailto:zed@" in shown.replace("&#13;\n ", "")

    # Ann moves what Bob made, and it is asked again; Bob cancels it.
    assert studio.ann.ask("PATCH", f"/events/{made['id']}", {"start": "2027-03-02T10:00:00"}).status == 200
    assert studio.mailed() == ["Invitation", "Updated invitation"]
    for guest in (studio.eve, studio.cat):
        assert studio.copy_of(guest)["start"] == "2027-03-02T10:00:00"
    assert studio.bob.ask("DELETE", f"/events/{made['id']}").status == 204
    assert studio.mailed() == ["Invitation", "Updated invitation", "Canceled"]
    for guest in (studio.eve, studio.cat):
        assert studio.copy_of(guest)["status"] == "CANCELLED"


FILTER = "<D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter name='VCALENDAR'/></C:filter>"


def test_an_answer_that_nothing_proves_waits_for_a_manager(studio: Studio) -> None:
    made = studio.meeting()
    text = message("REPLY", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ZED}", uid=made["uid"], stamp="20270101T120000Z")
    with open_post_office(studio.town) as post:
        # Without the token of the invitation anybody may have written it.
        post.send(itip_mail(text), studio.address)
        assert post.verdicts() == [("parked", "the sender is not proven")]
        backend = studio.site.core.backend
        with psycopg.connect(studio.site.core.conninfo) as connection:
            query = "SELECT card_id FROM parked_mail WHERE tenant_id = %s"
            ((card,),) = connection.execute(query, (studio.tenant,)).fetchall()
    path = f"/team-calendars/{studio.id}"
    assert [each.get(path)["waiting_mails"] for each in (studio.ann, studio.bob)] == [1, None]
    writer, manager = (studio.site.context(studio.apps[name].tenant) for name in ("bob", "ann"))
    with pytest.raises(NotManager):
        settle_parked(backend, writer, card, "apply", "", studio.tenant)
    assert studio.answers(studio.ann, made["id"])[ZED] == "NEEDS-ACTION"
    assert settle_parked(backend, manager, card, "apply", "", studio.tenant).result == "applied"
    assert studio.answers(studio.cat, made["id"])[ZED] == "DECLINED"
    assert studio.ann.get(path)["waiting_mails"] == 0


def test_an_app_invites_as_the_team(studio: Studio) -> None:
    bob = studio.apps["bob"]
    path = studio.mount(bob)

    def meeting(organizer: str) -> bytes:
        people = (f"ATTENDEE:mailto:{each}" for each in (ZED, "eve@example.com"))
        return event(
            "m@example.com",
            "SUMMARY:Plan",
            f"ORGANIZER:mailto:{organizer}",
            *people,
            start="20270301T100000Z",
            end="20270301T110000Z",
        )

    # No app can know the team's address, so it organizes as the person who uses it; the team does in its place.
    assert bob.put(path + "m.ics", meeting("bob@example.com")).status == 201
    stored = bob.ask("GET", path + "m.ics").body.replace(b"\r\n ", b"")
    assert b"bob@" not in stored
    assert f'ORGANIZER;CN="Design":mailto:{studio.address}'.encode() in stored
    again = stored.replace(b"SUMMARY:Plan", b"SUMMARY:Plans")
    assert bob.put(path + "m.ics", again).status == 204
    assert bob.put(path + "m.ics", meeting("bob@example.com").replace(b"Plan", b"Plans")).status == 204
    # Others' meetings, and one's own that is in an own calendar, are not the team's.
    assert bob.put(path + "n.ics", meeting("ann@example.com").replace(b"m@example", b"n@example")).status == 403
    own = meeting("bob@example.com").replace(b"m@example", b"o@example").replace(b":202703", b":202706")
    assert bob.put(bob.calendar() + "o.ics", own).status == 201
    assert bob.put(path + "o.ics", own).status == 403
    assert bob.ask("DELETE", bob.calendar() + "o.ics").status == 204
    assert studio.mailed() == ["Invitation"]
    copy = studio.copy_of(studio.eve)
    assert studio.eve.ask("POST", f"/events/{copy['id']}/answer", {"answer": "ACCEPTED"}).status == 200
    lines = bob.ask("GET", path + "m.ics").body.replace(b"\r\n ", b"").split(b"\r\n")
    assert [b"PARTSTAT=ACCEPTED" in each for each in lines if each.endswith(b"mailto:eve@example.com")] == [True]
    assert studio.apps["ann"].ask("DELETE", studio.mount(studio.apps["ann"]) + "m.ics").status == 204
    assert studio.mailed() == ["Invitation", "Canceled"]
    assert studio.copy_of(studio.eve)["status"] == "CANCELLED"


def test_a_guest_proposes_a_time_and_a_member_who_writes_accepts_it(studio: Studio) -> None:
    made = studio.meeting()
    path = f"/events/{made['id']}/proposals"
    copy = studio.copy_of(studio.eve)
    other = {"start": "2027-03-01T12:00:00", "note": "After lunch?"}
    assert studio.eve.ask("POST", f"/events/{copy['id']}/proposals", other).status == 201
    (proposal,) = studio.bob.get(path)
    assert (proposal["attendee"]["email"], proposal["note"]) == ("eve@example.com", "After lunch?")
    assert studio.cat.get(path) == []
    for end, body in (("accept", None), ("decline", {})):
        assert studio.cat.ask("POST", f"{path}/{proposal['id']}/{end}", body).problem() == "read-only-share"
        assert studio.eve.ask("POST", f"{path}/{proposal['id']}/{end}", body).problem() == "unknown-resource"
    moved = studio.ann.ask("POST", f"{path}/{proposal['id']}/accept")
    assert moved.json["start"] == "2027-03-01T12:00:00"
    assert studio.copy_of(studio.eve)["start"] == "2027-03-01T12:00:00"
    assert studio.mailed()[-1] in ("Invitation", "Updated invitation")

    # A mail of Zed's program proposes a time, too; it is declined.
    (verdict,) = studio.mails_back("COUNTER", f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{ZED}", uid=made["uid"])
    assert verdict == ("applied", "COUNTER T3")
    (mailed,) = studio.ann.get(path)
    assert studio.bob.ask("POST", f"{path}/{mailed['id']}/decline", {"note": "No room"}).status == 204
    assert studio.ann.get(path) == []


def test_nobody_invites_a_team(studio: Studio) -> None:
    eve = studio.apps["eve"]
    for number, team in enumerate((f"mailto:{studio.address}", f"urn:uuid:{studio.tenant}")):
        lines = ("ORGANIZER:mailto:eve@example.com", "ATTENDEE:mailto:eve@example.com", f"ATTENDEE:{team}")
        href = eve.calendar() + f"{number}.ics"
        assert (
            eve.put(
                href, event(f"{number}@example.com", *lines, start="20270301T100000Z", end="20270301T110000Z")
            ).status
            == 201
        )
        # Eve's app shows that it did not arrive (RFC 6638 §3.2.9).
        assert b"SCHEDULE-STATUS=3.7" in eve.ask("GET", href).body.replace(b"\r\n ", b"")
    assert studio.ann.get(f"/events?calendar_id={studio.id}&{MARCH}")["events"] == []


def test_answers_arrive_after_the_member_who_invited_left_or_was_erased(studio: Studio) -> None:
    made = studio.meeting()
    assert studio.mailed() == ["Invitation"]
    bob = studio.apps["bob"]
    assert studio.bob.ask("DELETE", f"/team-calendars/{studio.id}/members/{bob.tenant}").status == 204
    copy = studio.copy_of(studio.eve)
    assert studio.eve.ask("POST", f"/events/{copy['id']}/answer", {"answer": "ACCEPTED"}).status == 200
    erase_account(studio.site.core.backend, studio.site.context(bob.tenant))
    while forget_one(studio.site.core):
        continue
    assert studio.mails_back("REPLY", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ZED}", uid=made["uid"]) == [
        ("applied", "REPLY T3")
    ]
    assert studio.answers(studio.ann, made["id"]) == {
        ZED: "DECLINED", "eve@example.com": "ACCEPTED", "cat@example.com": "NEEDS-ACTION",
    }  # fmt: skip
    assert studio.ann.ask("DELETE", f"/events/{made['id']}").status == 204
    assert studio.copy_of(studio.eve)["status"] == "CANCELLED"
