"""Signing in with an address and a password: sessions, and setting the password."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody

from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth, Person, taken
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.adapters.rest.signing_in.tokens import PAIR, Tokens, answer
from televent.application.use_cases.people import sign_in
from televent.domain.account.decide import CODE_LIFETIME

TOKEN: Final[list[dict[str, list[str]]]] = [{"token": []}]
Address = Annotated[
    str, msgspec.Meta(min_length=3, max_length=254, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["ann@example.com"])
]
Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=256, examples=["seven green bicycles"])]


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address and its password. ``cookies``: for a page of this server, the tokens come as cookies."""

    email: Address
    password: Secret
    cookies: bool = False


class Refresh(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A refresh token, which is used up; "" where it is in a cookie."""

    refresh_token: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Forgotten(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The address to which the code goes."""

    email: Address


class Reset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code from the mail, and the new password."""

    email: Address
    code: Annotated[str, msgspec.Meta(min_length=6, max_length=10, examples=["123456"])]
    password: Secret


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The present password and the new one. ``revoke_keys``: all API keys end, too."""

    old_password: Secret
    new_password: Secret
    revoke_keys: bool = False


class Logout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``everywhere``: all sessions end, and not only this one."""

    everywhere: bool = False


class CodeSent(msgspec.Struct, frozen=True):
    """``expires_in``: seconds for which a code is valid."""

    expires_in: int = int(CODE_LIFETIME.total_seconds())


class Session(msgspec.Struct, frozen=True):
    """A session. ``current``: the one of this request."""

    id: UUID
    ip: str
    user_agent: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool


LISTED: Final = {
    "id": "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d11",
    "ip": "192.0.2.7",
    "user_agent": "curl/8.9",
    "created_at": "2026-11-23T10:00:00Z",
    "last_used_at": "2026-11-23T10:15:00Z",
    "expires_at": "2026-12-23T10:15:00Z",
    "current": True,
}
Signed = NamedDependency[Person]
BODY: Final = ("malformed-request", "body-too-large", "invalid-request", "too-many-requests", "unavailable")


class Auths(Controller):
    """Sessions and passwords."""

    path = "/auth"
    tags = ("Signing in",)

    @post(
        "/login",
        operation_id="login",
        status_code=200,
        summary="Sign in",
        responses={**PAIR, **documented(*BODY, "wrong-password", "cross-site")},
    )
    async def login(self, request: Request[Any, Any, Any], data: JSONBody[Login]) -> Response[Tokens]:
        """Begins a session. It revokes a request to erase the account."""
        auth: Auth = request.app.state.auth
        if data.cookies:
            # Another page could sign the person in as somebody else, and read what they then write.
            auth.cookies.check(request.scope)  # type: ignore[arg-type]
        await auth.count_attempt(request.scope, data.email)  # type: ignore[arg-type]
        account = await auth.run(sign_in.account_at, auth.backend, data.email)
        tenant = account.tenant if account is not None else auth.backend.ids()
        await auth.count_guess(request.scope, data.email, tenant)  # type: ignore[arg-type]
        context = await auth.first_context(request, tenant)
        agent = request.headers.get("user-agent", "")
        begin = partial(sign_in.log_in, ip=auth.client_of(request.scope), user_agent=agent)  # type: ignore[arg-type]
        begun = await auth.hashed(begin, auth.backend, context, account, data.password)
        return await answer(request, begun, cookies=data.cookies)

    @post(
        "/refresh-token",
        operation_id="refreshToken",
        status_code=200,
        summary="Go on with a session",
        responses={**PAIR, **documented(*BODY, "wrong-token", "cross-site")},
    )
    async def refresh(self, request: Request[Any, Any, Any], data: JSONBody[Refresh]) -> Response[Tokens]:
        """A new pair of tokens. Two tabs may ask at once: for thirty seconds the same client gets the same new refresh
        token again. Any other use of a refresh token that was used before ends the session: somebody has stolen it."""
        auth: Auth = request.app.state.auth
        token = data.refresh_token
        if not token and (token := auth.cookies.refresh_in(request.cookies)):
            auth.cookies.check(request.scope)  # type: ignore[arg-type]
        client = f"{auth.client_of(request.scope)} {request.headers.get('user-agent', '')}"  # type: ignore[arg-type]
        begun = await auth.run(partial(sign_in.refresh, client=client), auth.backend, taken(token))
        return await answer(request, begun, cookies=not data.refresh_token)

    @post(
        "/logout",
        operation_id="logout",
        status_code=204,
        summary="Sign out, here or everywhere",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses={
            204: ResponseSpec(None, generate_examples=False, description="Signed out."),
            **documented(*BODY, "not-signed-in"),
        },
    )
    async def logout(
        self, request: Request[Any, Any, Any], signed_in: Signed, data: JSONBody[Logout]
    ) -> Response[None]:
        """Ends this session, or all of them, at once on every node. It takes the cookies away."""
        auth: Auth = request.app.state.auth
        if data.everywhere:
            await auth.run(auth.backend.sessions.end_all, signed_in.tenant)
        else:
            await auth.run(auth.backend.sessions.end, signed_in.tenant, signed_in.session_id)
        return Response(None, cookies=auth.cookies.cleared() if auth.cookies.access_in(request.cookies) else [])

    @post(
        "/forgot-password",
        operation_id="forgotPassword",
        status_code=202,
        summary="Ask for a code by mail",
        responses={
            202: ResponseSpec(
                CodeSent,
                generate_examples=False,
                description="Where somebody has the address, the code is on its way.",
                examples=[Example(value={"expires_in": 3600})],
            ),
            **documented(*BODY),
        },
    )
    async def forgot(self, request: Request[Any, Any, Any], data: JSONBody[Forgotten]) -> Response[CodeSent]:
        """Mails a code to a confirmed address. The answer is the same where nobody has the address."""
        auth: Auth = request.app.state.auth
        await auth.count_attempt(request.scope, data.email)  # type: ignore[arg-type]

        async def send() -> None:
            account = await auth.run(sign_in.account_at, auth.backend, data.email)
            if account is not None:
                context = await auth.first_context(request, account.tenant)
                await auth.run(partial(sign_in.send_password_code, address=data.email), auth.backend, context)

        # After the answer, so that its time does not tell whether there is an account.
        return Response(CodeSent(), background=BackgroundTask(send))

    @post(
        "/reset-password",
        operation_id="resetPassword",
        status_code=204,
        summary="Set the password with a code",
        responses=documented(*BODY, "wrong-code", "weak-password"),
    )
    async def reset(self, request: Request[Any, Any, Any], data: JSONBody[Reset]) -> None:
        """Sets the password. All sessions and API keys end: somebody else may have made them."""
        auth: Auth = request.app.state.auth
        await auth.count_attempt(request.scope, data.email)  # type: ignore[arg-type]
        account = await auth.run(sign_in.account_at, auth.backend, data.email)
        context = await auth.first_context(request, account.tenant if account is not None else auth.backend.ids())
        put = partial(sign_in.reset_password, known=account is not None, password=data.password, code=data.code)
        await auth.hashed(put, auth.backend, context)

    @post(
        "/change-password",
        operation_id="changePassword",
        status_code=204,
        summary="Change the password",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses=documented(*BODY, "not-signed-in", "wrong-password", "weak-password"),
    )
    async def change(self, request: Request[Any, Any, Any], signed_in: Signed, data: JSONBody[Change]) -> None:
        """Replaces the password. The other sessions end."""
        auth: Auth = request.app.state.auth
        await auth.count_attempt(request.scope, str(signed_in.tenant))  # type: ignore[arg-type]
        words = {"old": data.old_password, "new": data.new_password}
        put = partial(
            sign_in.change_password,
            **words,  # type: ignore[arg-type]
            session_id=signed_in.session_id,
            revoke_keys=data.revoke_keys,
        )
        await auth.hashed(put, auth.backend, auth.context(request, signed_in.tenant))

    @get(
        "/sessions",
        operation_id="listSessions",
        summary="List the sessions",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses={
            200: ResponseSpec(
                list[Session],
                generate_examples=False,
                description="The one used last first.",
                examples=[Example(value=[LISTED])],
            ),
            **documented("not-signed-in", "too-many-requests", "unavailable"),
        },
    )
    async def sessions(self, request: Request[Any, Any, Any], signed_in: Signed) -> list[Session]:
        """The sessions that can go on."""
        auth: Auth = request.app.state.auth
        rows = await auth.run(auth.backend.sessions.all, signed_in.tenant, auth.backend.clock())
        return [
            Session(
                id=row.session_id,
                ip=row.ip,
                user_agent=row.user_agent,
                created_at=row.created_at,
                last_used_at=row.used_at,
                expires_at=row.expires_at,
                current=row.session_id == signed_in.session_id,
            )
            for row in rows
        ]

    @delete(
        "/sessions/{session_id:uuid}",
        operation_id="endSession",
        summary="End a session",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses=documented(
            "malformed-request", "not-signed-in", "unknown-session", "too-many-requests", "unavailable"
        ),
    )
    async def end(self, request: Request[Any, Any, Any], signed_in: Signed, session_id: FromPath[UUID]) -> None:
        """Ends one session of the account, at once on every node."""
        auth: Auth = request.app.state.auth
        context = auth.context(request, signed_in.tenant)
        await auth.run(partial(sign_in.end_session, session_id=session_id), auth.backend, context)
