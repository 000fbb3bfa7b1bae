"""Signing in with Telegram: the init data of a Mini App, or the data of the Login Widget."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, delete, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from televent.adapters.rest.controllers.account.auth import BODY, TOKEN
from televent.adapters.rest.problems import NotSignedIn, documented
from televent.adapters.rest.signing_in.auth import Auth, Person
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.adapters.rest.signing_in.telegram_proof import MAX_FIELDS, MAX_LENGTH, Proof
from televent.adapters.rest.signing_in.tokens import PAIR, Tokens, answer
from televent.application.use_cases.people.telegram_sign_in import (
    link_telegram,
    log_in_by_telegram,
    unlink_telegram,
)
from televent.wording.accepted import language_of

Signed = NamedDependency[Person]
Value = Annotated[str, msgspec.Meta(max_length=1024)] | int


class TelegramProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the two. ``init_data``: `Telegram.WebApp.initData` as it is. ``widget``: what the Login Widget gave to the
    page."""

    init_data: Annotated[str, msgspec.Meta(max_length=MAX_LENGTH, examples=["query_id=AAH…&user=…&hash=…"])] = ""
    widget: Annotated[dict[str, Value], msgspec.Meta(max_length=MAX_FIELDS)] = {}


class TelegramLogin(TelegramProof, frozen=True, forbid_unknown_fields=True):
    """A proof of Telegram. ``cookies``: for a page of this server, the tokens come as cookies."""

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
        # Nobody guesses a signature, so only the limit of each client counts: many people share an office's address.
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


class TelegramLinks(Controller):
    """The Telegram of the signed-in person. Accounts are never merged."""

    path = "/users/me/telegram"
    tags = ("Addresses",)

    @post(
        "/",
        operation_id="linkTelegram",
        status_code=204,
        summary="Link Telegram to the account",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses=documented(
            *BODY, "not-signed-in", "unknown-account", "used-proof", "telegram-taken", "other-telegram"
        ),
    )
    async def link(self, request: Request[Any, Any, Any], signed_in: Signed, data: JSONBody[TelegramProof]) -> None:
        """Takes a proof of Telegram. A Telegram that has an account of its own is 409 `telegram-taken`: unlink it
        there, or erase that account."""
        auth: Auth = request.app.state.auth
        await auth.count_attempt(request.scope, str(signed_in.tenant))  # type: ignore[arg-type]
        proof = proof_of(auth, data)
        link = partial(link_telegram, telegram_id=proof.user.id, proof=proof.digest, until=proof.until)
        await auth.run(link, auth.backend, auth.context(request, signed_in.tenant))

    @delete(
        "/",
        operation_id="unlinkTelegram",
        summary="Unlink Telegram from the account",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses=documented("not-signed-in", "unknown-account", "telegram-stays", "too-many-requests", "unavailable"),
    )
    async def unlink(self, request: Request[Any, Any, Any], signed_in: Signed) -> None:
        """Tells the person everything by mail from now on. It needs a confirmed address. Meetings stay."""
        auth: Auth = request.app.state.auth
        await auth.run(unlink_telegram, auth.backend, auth.context(request, signed_in.tenant))


def proof_of(auth: Auth, data: TelegramProof) -> Proof:
    """The proof in a body. Raises NotSignedIn."""
    now = auth.backend.clock()
    found = auth.telegram.init_data(data.init_data, now) if data.init_data else auth.telegram.widget(data.widget, now)
    if found is None:
        raise NotSignedIn
    return found
