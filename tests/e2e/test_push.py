"""WebDAV-Push from a phone's view: no polling, whatever door a change comes through."""

from __future__ import annotations

import base64
import http.client
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from e2e.people import PATIENCE, CalendarApp, People
from e2e.tour import ANN, put
from support.dav import event
from support.push import CONTENT, Message, open_push_service, push_register, read_message
from support.running import Televent
from support.waiting import wait_until


@pytest.mark.xdist_group("e2e")
def test_what_the_bot_and_another_app_change_reaches_the_phone_without_a_poll(tmp_path: Path) -> None:
    with open_push_service() as service, Televent(tmp_path / "data", TELEVENT_PUSH_HOSTS="any") as televent:
        people = People(televent.sandbox)
        people.say(ANN, "/start")
        people.tap(ANN, people.heard(ANN, "Right?"), "Skip")
        people.tap(ANN, people.heard(ANN, "please provide your email"), "Skip")
        password = people.device_password(ANN)
        with CalendarApp(televent.api, ANN, password) as phone:
            url, device = service.subscription()
            path = urlsplit(str(phone.calendar.url)).path
            assert ask(televent, "POST", path, password, push_register(url, device, CONTENT)) == 204
            _, before = phone.sync()

            def heard(token: str) -> Message | None:
                """The push message with this sync token."""
                messages = [read_message(device.read(each.body)) for each in service.for_resource(url)]
                return next((each for each in messages if each.token == token), None)

            people.say(ANN, "/create Team Meeting, tomorrow 3pm, 1 hour")
            people.tap(ANN, people.heard(ANN, "Shall I create this?"), "Create")
            wait_until(lambda: service.for_resource(url), PATIENCE, what="a push after the bot's event")
            changed, after = phone.sync(before)
            assert len(changed) == 1
            told = wait_until(lambda: heard(after), PATIENCE, what="a push with the sync token")
            assert told is not None
            assert (told.content, told.property) == (True, False)

            assert put(f"{phone.calendar.url}b.ics", event("b@example.com"), str(ANN), password) == 201
            changed, last = phone.sync(after)
            assert set(changed) == {f"{path}b.ics"}
            again = wait_until(lambda: heard(last), PATIENCE * 2, what="a push after another app's PUT")
            assert again is not None
            assert again.topic == told.topic
        assert '"level": "error"' not in televent.output()


def ask(televent: Televent, method: str, path: str, password: str, body: str) -> int:
    """The status of one request of Ann's."""
    connection = http.client.HTTPConnection(urlsplit(televent.api).netloc, timeout=60)
    credentials = base64.b64encode(f"{ANN}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/xml"}
    connection.request(method, path, body, headers)
    return connection.getresponse().status
