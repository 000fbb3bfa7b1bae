"""The pair of tokens with which a session begins and goes on."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example

from televent.adapters.rest.signing_in.auth import LIFETIME, Auth, shown
from televent.application.accounts.sessions import LIFETIME as SESSION_LIFETIME
from televent.application.use_cases.people import sign_in

UNCACHED: Final = {"cache-control": "no-store"}
"""RFC 6749 §5.1: nobody on the way keeps a token."""


class Tokens(msgspec.Struct, frozen=True):
    """``access_token`` goes into the Authorization header; ``refresh_token`` gets the next pair, once. Where cookies
    were asked for, both are "" and ``token_type`` is Cookie."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str = "Bearer"


PAIR: Final = {
    200: ResponseSpec(
        Tokens,
        generate_examples=False,
        description="A pair of tokens.",
        examples=[
            Example(
                value={
                    "access_token": "eyJhbGciOiJIUzI1NiJ9…",
                    "refresh_token": "9vW0…",
                    "expires_in": 900,
                    "token_type": "Bearer",
                }
            )
        ],
    )
}


async def answer(request: Request[Any, Any, Any], begun: sign_in.SignedIn, *, cookies: bool) -> Response[Tokens]:
    """The tokens of a session that has begun or goes on. ``cookies``: in cookies, which no script can read. The caller
    has checked where the request comes from."""
    auth: Auth = request.app.state.auth
    access, refresh = await auth.access(begun), shown(begun.refresh)
    seconds = int(LIFETIME.total_seconds())
    if not cookies:
        return Response(Tokens(access, refresh, seconds), headers=UNCACHED)
    made = auth.cookies.made(access, refresh, LIFETIME, SESSION_LIFETIME)
    return Response(Tokens("", "", seconds, "Cookie"), cookies=made, headers=UNCACHED)
