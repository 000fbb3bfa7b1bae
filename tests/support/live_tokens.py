"""Access tokens for people of a site, without the cost of a password."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

from support.dav import Client, Site
from televent.adapters.rest.signing_in.auth import Auth
from televent.application.accounts.sessions import SessionRow, digest
from televent.application.use_cases.people.sign_in import SignedIn
from televent.domain.ids import AccountId
from televent.runtime.api import rest_auth
from televent.runtime.compose import Core


async def admitted(_: object) -> float:
    return 0.0


def auth_of(core: Core) -> Auth:
    """The signer of tokens of the installation."""
    return rest_auth(core, admitted, limited=False)


def begin_session(core: Core, tenant: AccountId) -> SignedIn:
    """A new session."""
    now, family, secret = core.backend.clock(), uuid4().bytes * 2, uuid4().bytes * 2
    row = SessionRow(uuid4(), "127.0.0.1", "test", now, now, now + timedelta(days=1))
    core.backend.sessions.open(tenant, row, digest(family), digest(secret))
    return SignedIn(tenant, row.session_id, family + secret)


def access_of(core: Core, begun: SignedIn) -> str:
    """An access token of a session."""
    return asyncio.run(auth_of(core).access(begun))


def token(site: Site, client: Client) -> str:
    """An access token of a new session of a person."""
    return access_of(site.core, begin_session(site.core, client.tenant))


def bearer(access: str) -> dict[str, str]:
    """The header of a request with it."""
    return {"Authorization": f"Bearer {access}"}
