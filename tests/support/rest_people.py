"""People who use the REST door with an access token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from support.dav import Client, Site
from support.rest import Reply, call
from televent.application.event_store.context import Context
from televent.application.use_cases.people.sign_in import set_password

PASSWORD = "seven green bicycles"


@dataclass
class Api:
    """One person's program."""

    port: int
    token: str

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Reply:
        """One request below /api, with the access token. Header names have ``_`` for ``-``."""
        return call(self.port, method, f"/api{path}", body, Authorization=f"Bearer {self.token}", **headers)

    def get(self, path: str) -> Any:
        """The JSON of an answer with 200."""
        reply = self.ask("GET", path)
        assert reply.status == 200, reply.body
        return reply.json

    def made(self, **values: Any) -> Any:
        """A new event, as the answer shows it."""
        reply = self.ask("POST", "/events", values)
        assert reply.status == 201, reply.body
        return reply.json


def join(*programs: Api) -> None:
    """These people accept every calendar that is offered to them."""
    for api in programs:
        for offer in api.get("/shares"):
            if offer["status"] == "offered" and offer["access"] is not None:
                reply = api.ask("POST", f"/shares/{offer['id']}/answer", {"accept": True})
                assert reply.status == 200, reply.body


def api_of(site: Site, person: Client, email: str) -> Api:
    """The program of a person with that confirmed address."""
    core = site.core
    context = Context(person.tenant, str(person.tenant), "rest", core.backend.clock(), uuid4(), "test")
    set_password(core.backend, context, password=PASSWORD, code=None, keep=None)
    reply = call(site.port, "POST", "/api/auth/login", {"email": email, "password": PASSWORD})
    return Api(site.port, reply.json["access_token"])
