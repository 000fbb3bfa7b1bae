"""API keys: programs act for a person within scopes, without the person's password."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, delete, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody

from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import KEY_PREFIX, Auth, Person, shown
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.accounts.api_keys import ApiKeyRow
from televent.application.use_cases.people import api_keys

TOKEN: Final[list[dict[str, list[str]]]] = [{"token": []}]
GRANTS: Final = [each for each in Scope if each is not Scope.SESSION]
"""The scopes that a key can have."""
Grant = StrEnum("Grant", [(each.name, each.value) for each in GRANTS])  # type: ignore[misc]
"""A scope that a key can have: all but that of sessions."""
Signed = NamedDependency[Person]
BODY: Final = ("malformed-request", "body-too-large", "invalid-request", "too-many-requests", "unavailable")


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``expires_at``: with an offset from UTC, at most ten years ahead; null: the key counts until it is revoked."""

    name: Annotated[
        str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["Backup script"])
    ]
    scopes: Annotated[list[Grant], msgspec.Meta(min_length=1, max_length=len(GRANTS))]
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class Key(msgspec.Struct, frozen=True):
    """A key, without its secret. ``last_used_at`` is right to a minute."""

    id: UUID
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    expired: bool


class KeyMade(Key, frozen=True, kw_only=True):
    """A new key. ``key`` is shown this once."""

    key: str


SHOWN: Final = {
    "id": "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d11",
    "name": "Backup script",
    "scopes": ["calendars:read"],
    "created_at": "2026-11-23T10:00:00Z",
    "expires_at": "2027-11-23T10:00:00Z",
    "last_used_at": None,
    "expired": False,
}


class ApiKeys(Controller):
    """The API keys of the signed-in person. A key cannot make or revoke keys."""

    path = "/keys"
    tags = ("API keys",)

    @post(
        "/",
        operation_id="createKey",
        summary="Make an API key",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses={
            201: ResponseSpec(
                KeyMade,
                generate_examples=False,
                description="The key. It is shown this once.",
                examples=[Example(value={**SHOWN, "key": "tvk_AZGitHwefTqaZD8vClwdEQ…"})],
            ),
            **documented(*BODY, "not-signed-in", "unknown-account", "too-many-api-keys", "invalid-expiry"),
        },
    )
    async def create(self, request: Request[Any, Any, Any], signed_in: Signed, data: JSONBody[NewKey]) -> KeyMade:
        """Makes a key with which a program may do what its scopes allow."""
        auth: Auth = request.app.state.auth
        context = auth.context(request, signed_in.tenant)
        wanted: dict[str, Any] = {"name": data.name, "scopes": [str(each) for each in data.scopes]}
        add = partial(api_keys.add_key, **wanted, expires_at=data.expires_at)
        made = await auth.run(add, auth.backend, context)
        return KeyMade(**_fields(made.row, context.now), key=KEY_PREFIX + shown(made.key))

    @get(
        "/",
        operation_id="listKeys",
        summary="List the API keys",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses={
            200: ResponseSpec(
                list[Key],
                generate_examples=False,
                description="The newest first; also the expired ones.",
                examples=[Example(value=[SHOWN])],
            ),
            **documented("not-signed-in", "too-many-requests", "unavailable"),
        },
    )
    async def every(self, request: Request[Any, Any, Any], signed_in: Signed) -> list[Key]:
        """The keys that are not revoked."""
        auth: Auth = request.app.state.auth
        now = auth.backend.clock()
        return [Key(**_fields(row, now)) for row in await auth.run(auth.backend.api_keys.all, signed_in.tenant)]

    @delete(
        "/{key_id:uuid}",
        operation_id="revokeKey",
        summary="Revoke an API key",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses=documented(
            "malformed-request", "not-signed-in", "unknown-api-key", "too-many-requests", "unavailable"
        ),
    )
    async def revoke(self, request: Request[Any, Any, Any], signed_in: Signed, key_id: FromPath[UUID]) -> None:
        """Revokes a key, at once on every node."""
        auth: Auth = request.app.state.auth
        context = auth.context(request, signed_in.tenant)
        await auth.run(partial(api_keys.revoke_key, key_id=key_id), auth.backend, context)


def _fields(row: ApiKeyRow, now: datetime) -> dict[str, Any]:
    return {
        "id": row.key_id,
        "name": row.name,
        "scopes": list(row.scopes),
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "last_used_at": row.last_used_at,
        "expired": row.expires_at is not None and row.expires_at <= now,
    }
