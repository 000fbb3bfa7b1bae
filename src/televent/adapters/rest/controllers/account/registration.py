"""Opening an account with an address and a password."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, post
from litestar.background_tasks import BackgroundTask
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import JSONBody

from televent.adapters.rest.controllers.account.auth import BODY, Address, Secret
from televent.adapters.rest.problems import documented, language
from televent.adapters.rest.signing_in.auth import Auth
from televent.adapters.rest.signing_in.tokens import PAIR, Tokens, answer
from televent.application.event_store.context import Context
from televent.application.use_cases.people import register as registering
from televent.application.use_cases.people.sign_in import begin_session
from televent.domain.account.decide import CODE_LIFETIME

ID: Final = "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d11"


class NewAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``name``: as others see it; the part of the address before the @ where it is missing. ``timezone``: an IANA name.
    ``locale``: the language of mails; that of Accept-Language where it is missing."""

    email: Address
    password: Secret
    name: Annotated[str, msgspec.Meta(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$", examples=["Ann"])] = ""
    timezone: Annotated[str, msgspec.Meta(min_length=1, max_length=64, examples=["Europe/London"])] = "UTC"
    locale: Literal["en", "ru"] | None = None


class Waiting(msgspec.Struct, frozen=True):
    """``registration_id``: goes with the code that is mailed. ``expires_in``: seconds for which the code is valid."""

    registration_id: UUID
    expires_in: int = int(CODE_LIFETIME.total_seconds())


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code from the mail. ``cookies``: for a page of this server, the tokens come as cookies."""

    registration_id: UUID
    code: Annotated[str, msgspec.Meta(min_length=6, max_length=10, examples=["123456"])]
    cookies: bool = False


class Resend(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The registration that needs another code."""

    registration_id: UUID


ACCEPTED: Final = {
    202: ResponseSpec(
        Waiting,
        generate_examples=False,
        description="A mail is on its way.",
        examples=[Example(value={"registration_id": ID, "expires_in": 3600})],
    )
}


class Registration(Controller):
    """Accounts for people without Telegram."""

    path = "/auth"
    tags = ("Signing in",)

    @post(
        "/register",
        operation_id="register",
        status_code=202,
        summary="Register",
        responses={**ACCEPTED, **documented(*BODY, "weak-password", "invalid-address", "invalid-name")},
    )
    async def register(self, request: Request[Any, Any, Any], data: JSONBody[NewAccount]) -> Response[Waiting]:
        """Mails a code, with which `verify` opens the account. The answer is the same where the address has an account:
        then the mail says so."""
        auth: Auth = request.app.state.auth
        await auth.count_registration(request.scope)  # type: ignore[arg-type]
        context = auth.context(request, auth.backend.ids())
        store = partial(
            registering.register,
            address=data.email,
            password=data.password,
            name=data.name,
            timezone=data.timezone,
            locale=data.locale or language(request),
        )
        await auth.hashed(store, auth.backend, context)
        return _sending(auth, context)

    @post(
        "/resend",
        operation_id="resendCode",
        status_code=202,
        summary="Ask for another code",
        responses={**ACCEPTED, **documented(*BODY)},
    )
    async def resend(self, request: Request[Any, Any, Any], data: JSONBody[Resend]) -> Response[Waiting]:
        """Mails another code; the one before has no effect any more. At most one a minute and five a day go to one
        address."""
        auth: Auth = request.app.state.auth
        await auth.count_registration(request.scope)  # type: ignore[arg-type]
        return _sending(auth, auth.context(request, data.registration_id))

    @post(
        "/verify",
        operation_id="verifyRegistration",
        status_code=200,
        summary="Open the account",
        responses={**PAIR, **documented(*BODY, "wrong-code", "cross-site")},
    )
    async def verify(self, request: Request[Any, Any, Any], data: JSONBody[Proof]) -> Response[Tokens]:
        """Opens the account with a default calendar, and begins a session."""
        auth: Auth = request.app.state.auth
        if data.cookies:
            auth.cookies.check(request.scope)  # type: ignore[arg-type]
        await auth.count_attempt(request.scope, str(data.registration_id))  # type: ignore[arg-type]
        context = auth.context(request, data.registration_id)
        opened = partial(registering.verify_registration, code=data.code)
        await auth.run(opened, auth.backend, context)
        agent = request.headers.get("user-agent", "")
        begin = partial(begin_session, ip=auth.client_of(request.scope), user_agent=agent)  # type: ignore[arg-type]
        begun = await auth.run(begin, auth.backend, context.tenant, context.now)
        return await answer(request, begun, cookies=data.cookies)


def _sending(auth: Auth, context: Context) -> Response[Waiting]:
    """The answer; the mail is made after it, so that its time does not tell whether there is an account."""

    async def send() -> None:
        await auth.run(registering.send_registration_code, auth.backend, context)

    return Response(Waiting(context.tenant), background=BackgroundTask(send))
