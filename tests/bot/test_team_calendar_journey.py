"""A team calendar through every door: made by REST, told and listed by the bot, filled by python-caldav, left there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from caldav.davclient import DAVClient

from support.chat import Chats, Someone
from support.passwords import CHEAP_PASSWORDS
from support.rest import served
from support.rest_person import RestPerson, signed_in
from support.waiting import wait_until
from televent.runtime.api import http_app
from televent.runtime.compose import build_core

TEXT = """BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VEVENT\r\nUID:sprint@example.com\r
DTSTAMP:20261121T100000Z\r\nDTSTART:20270301T100000Z\r\nDTEND:20270301T110000Z\r\nSUMMARY:Sprint\r\nEND:VEVENT\r
END:VCALENDAR\r\n"""
MARCH = "start=2027-03-01T00:00:00Z&end=2027-04-01T00:00:00Z"


def app(port: int, me: RestPerson) -> DAVClient:
    """A calendar app with a device password of the person."""
    password = me.call("POST", "/users/me/devices", {"name": "Phone"}).json["password"]
    return DAVClient(url=f"http://127.0.0.1:{port}/caldav/", username=str(me.tenant), password=password)


def heard(person: Someone, text: str) -> Any:
    """The message with this text. The bot sends what is due by its own clock, and the node writes by the real one."""
    person.chats.now = max(person.chats.now, datetime.now(UTC))
    return person.hears(text)


def test_a_team_calendar_through_every_door(chats: Chats) -> None:
    ann = chats.person("Ann", address="ann-team@example.com")
    bob = chats.person("Bob", address="bob-team@example.com")
    core = build_core(chats.core.settings, chats.core.conninfo, CHEAP_PASSWORDS)
    try:
        with served(http_app(core, None)) as port:
            me = signed_in(core, port, ann.account.tenant, "ann-team@example.com")
            other = signed_in(core, port, bob.account.tenant, "bob-team@example.com")
            members = [{"email": "bob-team@example.com", "role": "reader"}]
            made = me.call("POST", "/team-calendars", {"name": "Design", "members": members})
            assert made.status == 201, made.body
            path = f"/team-calendars/{made.json['id']}"

            # Bob is asked once, and has nothing until they answer.
            asked = heard(bob, "Ann invites you to the team calendar Design.")
            assert "As a member you may see it." in asked["text"]
            bob.says("/share list")
            assert "(you are invited, no answer yet)" in heard(bob, "no answer yet")["text"]
            with app(port, other) as theirs:
                assert "Design" not in {each.get_display_name() for each in theirs.principal().calendars()}
            bob.taps("✅ Accept", asked)
            heard(bob, "You are a member of the team calendar Design. You may see it.")
            bob.says("/share list")
            assert "👥 Design: see it" in heard(bob, "Design")["text"]
            with app(port, other) as theirs, app(port, me) as mine:
                (seen,) = [each for each in theirs.principal().calendars() if each.get_display_name() == "Design"]
                (own,) = [each for each in mine.principal().calendars() if each.get_display_name() == "Design"]
                own.save_event(TEXT)
                assert [each.icalendar_component["SUMMARY"] for each in seen.events()] == ["Sprint"]

                assert me.call("PUT", f"{path}/members/{other.tenant}", {"role": "manager"}).status == 200
                heard(bob, "The team calendar Design: you may change it and choose its members now.")
                (sprint,) = seen.events()
                sprint.icalendar_component["SUMMARY"] = "Sprint review"
                sprint.save()
                listed = me.call("GET", f"/events?calendar_id={made.json['id']}&{MARCH}").json["events"]
                assert [each["summary"] for each in listed] == ["Sprint review"]
                assert other.call("PATCH", path, {"name": "Studio"}).status == 200
                assert "Studio" in {each.get_display_name() for each in mine.principal().calendars()}
                ann.says("/share list")
                assert "👥 Studio: change it" in heard(ann, "Studio")["text"]

                # Ann leaves in her app. Bob, who is manager by now, keeps the calendar and its events.
                own.delete()
            assert me.call("GET", path).problem() == "unknown-calendar"
            after = other.call("GET", path).json
            assert [(each["name"], each["role"]) for each in after["members"]] == [("Bob", "manager")]
            assert len(other.call("GET", f"/events?calendar_id={made.json['id']}&{MARCH}").json["events"]) == 1

            # Nobody was told anything twice, and nobody what they did themselves.
            told = [each["text"] for each in bob.messages() if "team calendar" in each["text"]]
            assert len(told) == 2, told
            assert [each["text"] for each in bob.messages() if "invites you" in each["text"]] == []
            assert [each["text"] for each in ann.messages() if "team calendar" in each["text"]] == []
            joined = other.call("POST", f"{path}/members", {"email": "ann-team@example.com", "role": "writer"})
            assert joined.status == 200
            ann.taps("✅ Accept", heard(ann, "Bob invites you to the team calendar Studio"))
            heard(ann, "You are a member of the team calendar Studio")
            ann.says("/share stop 1")
            heard(ann, "Ended: ")
            wait_until(lambda: len(other.call("GET", path).json["members"]) == 1)
            assert other.call("POST", f"{path}/members", {"email": "ann-team@example.com"}).status == 200
            ann.taps("✅ Accept", heard(ann, "Bob invites you to the team calendar Studio"))
            heard(ann, "You are a member of the team calendar Studio")
            assert other.call("DELETE", f"{path}/members/{me.tenant}").status == 204
            heard(ann, "no longer a member of the team calendar Studio")

            # A declined offer is on the card, and the manager sees it. An offer that was taken back is gone.
            assert other.call("POST", f"{path}/members", {"email": "ann-team@example.com"}).status == 200
            card = heard(ann, "Bob invites you to the team calendar Studio")
            ann.taps("❌ Decline", card)
            heard(ann, "You have declined the team calendar Studio.")
            statuses = {each["name"]: each["status"] for each in other.call("GET", path).json["members"]}
            assert statuses == {"Ann": "declined", "Bob": "member"}
    finally:
        core.close()
