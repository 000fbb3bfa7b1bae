"""The people and programs of the authorization matrix: what each may do with what the owner has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from support.contract_stage import EMAIL, Stage
from support.dav import Client
from support.rest import Reply, call, raw
from support.rest_people import PASSWORD, api_of, join
from televent.adapters.rest.signing_in.auth import KEY_PREFIX, shown
from televent.application.event_store.context import Context
from televent.application.use_cases.people.api_keys import add_key

OWNER, READER, WRITER, STRANGER = "owner", "sharee read", "sharee write", "stranger"
REVOKED, EXPIRED, WRONG_SCOPE, NOBODY = "revoked session", "expired key", "wrong scope", "nobody"
REFUSED: Final = (REVOKED, EXPIRED, WRONG_SCOPE, NOBODY)
PEOPLE: Final = (STRANGER, READER, WRITER, OWNER)
"""The stranger asks first, and the owner last: their requests change something."""
SCOPES: Final = ("calendars:read", "calendars:write", "account:read", "account:write", "webhooks")


@dataclass
class Cast:
    """Each role's Authorization header."""

    stage: Stage
    tokens: Mapping[str, str]

    def ask(self, role: str, method: str, path: str, body: Any, scope: str) -> Reply:
        """One request by a role. ``scope``: that of the operation, which "wrong scope" has not."""
        token = self.tokens.get(f"{role} {scope}" if role == WRONG_SCOPE else role)
        if role == OWNER:
            token = self.stage.api.token
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = "application/json"
        status, seen, answer = raw(self.stage.site.port, method.upper(), path, data, headers)
        # An archive is no text.
        return Reply(status, seen, answer.decode("utf-8", "replace"))

    def own_calendar(self, role: str) -> str:
        """The id of a calendar that is the role's own."""
        found = call(self.stage.site.port, "GET", "/api/calendars", Authorization=f"Bearer {self.tokens.get(role)}")
        return str(found.json[0]["id"]) if found.status == 200 else self.stage.ids["calendar_id"]


def cast_of(stage: Stage) -> Cast:
    """Everybody, with the shares that the owner gave."""
    site, tokens = stage.site, {}
    for role, access, number in ((READER, "read", 201), (WRITER, "read-write", 202), (STRANGER, None, 203)):
        email = f"{number}@example.com"
        api = api_of(site, site.person(number, role.title(), email), email)
        tokens[role] = api.token
        if access is not None:
            given = stage.api.ask(
                "POST", f"/calendars/{stage.ids['calendar_id']}/shares", {"email": email, "access": access}
            )
            assert given.status == 200, given.body
            (offer,) = api.get("/shares")
            answer = api.ask("POST", f"/shares/{offer['id']}/answer", {"accept": True})
            assert answer.status == 200, answer.body
            member = {"email": email, "role": "reader" if access == "read" else "writer"}
            assert stage.api.ask("POST", f"/team-calendars/{stage.ids['team_id']}/members", member).status == 200
            join(api)
    ended = api_of(site, stage.person, EMAIL)
    assert ended.ask("POST", "/auth/logout", {}).status == 204
    tokens[REVOKED] = ended.token
    stage.sign_in()
    # One more session, which the owner can end.
    assert call(site.port, "POST", "/api/auth/login", {"email": EMAIL, "password": PASSWORD}).status == 200
    sessions = stage.api.get("/auth/sessions")
    stage.ids["session_id"] = next(each["id"] for each in sessions if not each["current"])
    for scope in SCOPES:
        # All scopes but one.
        tokens[f"{WRONG_SCOPE} {scope}"] = _key(stage.person, [each for each in SCOPES if each != scope])
    tokens[f"{WRONG_SCOPE} session"] = _key(stage.person, SCOPES)
    tokens[EXPIRED] = _key(stage.person, SCOPES, ago=timedelta(days=2), lasting=timedelta(days=1))
    return Cast(stage, tokens)


def _key(person: Client, scopes: Any, *, ago: timedelta = timedelta(0), lasting: timedelta | None = None) -> str:
    core, tenant = person.site.core, person.tenant
    made_at = core.backend.clock() - ago
    context = Context(tenant, str(tenant), "rest", made_at, uuid4(), "test")
    ends = None if lasting is None else made_at + lasting
    return KEY_PREFIX + shown(add_key(core.backend, context, name="Script", scopes=scopes, expires_at=ends).key)
