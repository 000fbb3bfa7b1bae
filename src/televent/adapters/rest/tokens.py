"""The pair of tokens with which a session begins and goes on."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example

from televent.adapters.rest.auth import LIFETIME, Auth, shown
from televent.application.use_cases.people import sign_in


class Tokens(msgspec.Struct, frozen=True):
    """``access_token`` goes into the Authorization header; ``refresh_token`` gets the next pair, once."""

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


async def pair(auth: Auth, begun: sign_in.SignedIn) -> Tokens:
    """The tokens of a session that has begun or goes on."""
    return Tokens(await auth.access(begun), shown(begun.refresh), int(LIFETIME.total_seconds()))
