"""How the operations are protected, as the contract says it."""

from __future__ import annotations

from typing import Any, Final

from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import SecurityScheme

from televent.adapters.rest.signing_in.cookies import ACCESS
from televent.adapters.rest.signing_in.scopes import SCOPE, SIGNED_IN, Scope

SCHEMES: Final = {
    "token": SecurityScheme(
        type="http", scheme="bearer", description="An access token, or an API key that has the scope of the operation."
    ),
    "telegram": SecurityScheme(
        type="apiKey",
        name="X-Telegram-Init-Data",
        security_scheme_in="header",
        description="Init data of a Mini App, for all operations but those of the scope `session`.",
    ),
    "cookie": SecurityScheme(
        type="apiKey",
        name=ACCESS,
        security_scheme_in="cookie",
        description="A page of this server that signed in with `cookies`. A request that changes something needs the "
        f"`Origin` of this server. Behind https the name is `__Secure-{ACCESS}`.",
    ),
}


def scope_of(handler: HTTPRouteHandler) -> Scope | None:
    """The scope that an operation needs; None for one that everybody may ask."""
    return Scope(handler.opt.get(SCOPE, Scope.SESSION)) if handler.opt.get(SIGNED_IN) else None


def security_of(scope: Scope | None) -> list[dict[str, Any]]:
    """The ways to sign in, each enough by itself; none for an operation that everybody may ask."""
    if scope is None:
        return []
    ways = ("token", "cookie") if scope is Scope.SESSION else ("token", "cookie", "telegram")
    return [{way: [str(scope)]} for way in ways]
