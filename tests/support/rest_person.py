"""A person who has signed in at the REST door."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from support.rest import Reply, call
from televent.application.event_store.context import Context
from televent.application.use_cases.people.sign_in import set_password
from televent.domain.ids import AccountId
from televent.runtime.compose import Core

PASSWORD = "seven green bicycles"


@dataclass
class RestPerson:
    """One person with one session."""

    port: int
    tenant: AccountId
    access: str

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Reply:
        """One request below ``/api``, with the person's token."""
        return call(self.port, method, f"/api{path}", body, **{"Authorization": f"Bearer {self.access}", **headers})


def signed_in(core: Core, port: int, tenant: AccountId, email: str) -> RestPerson:
    """Gives an account a password, and signs in with it."""
    context = Context(tenant, str(tenant), "rest", core.backend.clock(), uuid4(), "test")
    set_password(core.backend, context, password=PASSWORD, code=None, keep=None)
    reply = call(port, "POST", "/api/auth/login", {"email": email, "password": PASSWORD})
    assert reply.status == 200, reply.body
    return RestPerson(port, tenant, reply.json["access_token"])
