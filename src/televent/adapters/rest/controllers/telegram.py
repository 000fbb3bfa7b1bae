"""Signing in with Telegram: the init data of a Mini App, or the data of the Login Widget."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, post
from litestar.params import JSONBody

from televent.adapters.rest.auth import Auth
from televent.adapters.rest.controllers.auth import BODY
from televent.adapters.rest.problems import NotSignedIn, documented
from televent.adapters.rest.telegram_proof import MAX_FIELDS, MAX_LENGTH, Proof
from televent.adapters.rest.tokens import PAIR, Tokens, answer
from televent.application.use_cases.people.telegram_sign_in import log_in_by_telegram
from televent.wording.accepted import language_of

Value = Annotated[str, msgspec.Meta(max_length=1024)] | int


class TelegramLogin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the two. ``init_data``: `Telegram.WebApp.initData` as it is. ``widget``: what the Login Widget gave to the
    page. ``cookies``: for a page of this server, the tokens come as cookies."""

    init_data: Annotated[str, msgspec.Meta(max_length=MAX_LENGTH, examples=["query_id=AAH…&user=…&hash=…"])] = ""
    widget: Annotated[dict[str, Value], msgspec.Meta(max_length=MAX_FIELDS)] = {}
    cookies: bool = False


class TelegramSignIn(Controller):
    """Sessions of people who use Telegram."""

    path = "/auth"
    tags = ("Signing in",)

    @post(
        "/telegram",
        operation_id="loginByTelegram",
        status_code=200,
        summary="Sign in with Telegram",
        responses={**PAIR, **documented(*BODY, "not-signed-in", "used-proof")},
    )
    async def login(self, request: Request[Any, Any, Any], data: JSONBody[TelegramLogin]) -> Response[Tokens]:
        """Begins a session, once for each proof. The first contact opens the account, as `/start` in the bot does. It
        revokes a request to erase the account."""
        auth: Auth = request.app.state.auth
        if data.cookies:
            auth.cookies.check(request.scope)  # type: ignore[arg-type]
        await auth.count_attempt(request.scope, "telegram")  # type: ignore[arg-type]
        proof = proof_of(auth, data)
        begin = partial(
            log_in_by_telegram,
            telegram_id=proof.user.id,
            name=proof.user.name,
            locale=language_of(proof.user.language_code),
            proof=proof.digest,
            until=proof.until,
            ip=auth.client_of(request.scope),  # type: ignore[arg-type]
            user_agent=request.headers.get("user-agent", ""),
        )
        begun = await auth.run(begin, auth.backend, auth.context(request, auth.backend.ids()))
        return await answer(request, begun, cookies=data.cookies)


def proof_of(auth: Auth, data: TelegramLogin) -> Proof:
    """The proof in a body. Raises NotSignedIn."""
    now = auth.backend.clock()
    found = auth.telegram.init_data(data.init_data, now) if data.init_data else auth.telegram.widget(data.widget, now)
    if found is None:
        raise NotSignedIn
    return found
