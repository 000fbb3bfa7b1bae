"""A stream that a program follows with an API key lasts as long as the key counts, and needs the key's scope."""

import json

from websockets.sync.client import connect

from support.dav import Client, Site, event
from support.live import following, work
from support.live_tokens import bearer, token
from support.rest import call
from support.waiting import NET


def test_the_stream_of_a_key_goes_on_until_the_key_is_revoked(site: Site, ann: Client) -> None:
    mine, session = work(ann), bearer(token(site, ann))
    made = call(site.port, "POST", "/api/keys", {"name": "script", "scopes": ["calendars:read"]}, **session).json
    with following(site, made["key"]) as events, following(site, token(site, ann)) as other:
        events.next()
        other.next()
        # A session ends elsewhere, so all streams are looked at: this one stays.
        call(site.port, "POST", "/api/auth/logout", {}, **bearer(token(site, ann)))
        ann.put(mine + "tea.ics", event("tea"))
        assert events.until(lambda frame: frame["type"] == "event.created")
        assert call(site.port, "DELETE", f"/api/keys/{made['id']}", **session).status == 204
        assert events.rest() == [("end", {"reason": "session-ended", "type": "end"})]
        ann.put(mine + "cake.ics", event("cake"))
        assert other.until(lambda frame: frame["type"] == "event.created")


def test_a_key_without_the_scope_follows_no_changes(site: Site, ann: Client) -> None:
    session = bearer(token(site, ann))
    keys = {
        scope: call(site.port, "POST", "/api/keys", {"name": "script", "scopes": [scope]}, **session).json["key"]
        for scope in ("calendars:read", "calendars:write", "account:write", "webhooks")
    }
    said = {}
    for scope, key in keys.items():
        with connect(f"ws://127.0.0.1:{site.port}/api/ws", open_timeout=NET, close_timeout=NET) as client:
            client.send(json.dumps({"token": key}))
            frame = json.loads(client.recv(timeout=NET))
            said[scope] = frame.get("reason", frame["type"])
    assert said.pop("calendars:read") == "ready"
    assert said == dict.fromkeys(said, "wrong-scope")
    streams = {scope: call(site.port, "GET", "/api/changes", **bearer(key)).status for scope, key in keys.items()}
    assert streams.pop("calendars:read") == 200
    assert set(streams.values()) == {403}
