"""The addresses of the signed-in person: added with a code that is mailed, made primary, removed."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Final

import msgspec
from litestar import Controller, Request, delete, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody

from televent.adapters.rest.controllers.account.auth import BODY, TOKEN, Address, CodeSent
from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth, Person
from televent.adapters.rest.signing_in.own_account import Whose, check_own
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.people import accounts

Signed = NamedDependency[Person]
READ: Final = ("malformed-request", "not-signed-in", "unknown-account", "too-many-requests", "unavailable")


class Added(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The address to which the code goes."""

    email: Address


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code from the mail."""

    code: Annotated[str, msgspec.Meta(min_length=6, max_length=10, examples=["123456"])]


class OwnAddress(msgspec.Struct, frozen=True):
    """A verified address. ``primary``: mail for the person goes there."""

    email: str
    primary: bool


LISTED: Final = {
    200: ResponseSpec(
        list[OwnAddress],
        generate_examples=False,
        description="The verified addresses, the primary one first.",
        examples=[
            Example(value=[{"email": "ann@example.com", "primary": True}, {"email": "ann@work.test", "primary": False}])
        ],
    )
}


class Addresses(Controller):
    """The verified addresses of the signed-in person. With an address one can set a new password, so no API key adds,
    removes or prefers one."""

    path = "/users/{user_id:str}/addresses"
    tags = ("Addresses",)

    @get(
        "/",
        operation_id="listAddresses",
        summary="List the addresses",
        security=TOKEN,
        opt=needs(Scope.ACCOUNT_READ),
        responses={**LISTED, **documented(*READ)},
    )
    async def every(self, request: Request[Any, Any, Any], signed_in: Signed, user_id: Whose) -> list[OwnAddress]:
        """The addresses at which invitations reach the person."""
        check_own(signed_in, user_id)
        auth: Auth = request.app.state.auth
        return _shown(await auth.run(auth.backend.people.account, signed_in.tenant))

    @post(
        "/",
        operation_id="addAddress",
        status_code=202,
        summary="Add an address",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses={
            202: ResponseSpec(
                CodeSent,
                generate_examples=False,
                description="The code is on its way. An address that is the person's already gets none.",
                examples=[Example(value={"expires_in": 3600})],
            ),
            **documented(
                *BODY, "not-signed-in", "unknown-account", "invalid-address", "too-many-addresses", "too-many-codes"
            ),
        },
    )
    async def add(
        self, request: Request[Any, Any, Any], signed_in: Signed, user_id: Whose, data: JSONBody[Added]
    ) -> CodeSent:
        """Mails a code to the address. The answer is the same where another account has it: that shows with the right
        code, so only to the person who reads its mail."""
        check_own(signed_in, user_id)
        auth: Auth = request.app.state.auth
        await auth.count_attempt(request.scope, str(signed_in.tenant))  # type: ignore[arg-type]
        claim = partial(accounts.claim_address, address=data.email, code=auth.backend.passwords.code(), tells=False)
        await auth.run(claim, auth.backend, auth.context(request, signed_in.tenant))
        return CodeSent()

    @post(
        "/{email:str}/verify",
        operation_id="verifyAddress",
        status_code=200,
        summary="Confirm an address",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses={
            **LISTED,
            **documented(
                *BODY, "not-signed-in", "unknown-account", "invalid-address", "wrong-code", "address-taken",
                "too-many-addresses",
            ),
        },
    )  # fmt: skip
    async def verify(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        user_id: Whose,
        email: FromPath[str],
        data: JSONBody[Code],
    ) -> list[OwnAddress]:
        """Confirms the address with its code. One that belongs to another account is not taken from there: sign in
        there, and remove it or erase that account."""
        check_own(signed_in, user_id)
        auth: Auth = request.app.state.auth
        await auth.count_attempt(request.scope, str(signed_in.tenant))  # type: ignore[arg-type]
        put = partial(accounts.verify_address, address=email, code=data.code)
        await auth.run(put, auth.backend, auth.context(request, signed_in.tenant))
        return _shown(await auth.run(auth.backend.people.account, signed_in.tenant))

    @post(
        "/{email:str}/primary",
        operation_id="preferAddress",
        status_code=200,
        summary="Make an address the primary one",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses={**LISTED, **documented(*READ, "unknown-address")},
    )
    async def prefer(
        self, request: Request[Any, Any, Any], signed_in: Signed, user_id: Whose, email: FromPath[str]
    ) -> list[OwnAddress]:
        """Sends mail for the person there from now on."""
        check_own(signed_in, user_id)
        auth: Auth = request.app.state.auth
        put = partial(accounts.prefer_address, address=email.strip().lower())
        return _shown(await auth.run(put, auth.backend, auth.context(request, signed_in.tenant)))

    @delete(
        "/{email:str}",
        operation_id="removeAddress",
        summary="Remove an address",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses=documented(*READ, "unknown-address", "last-address"),
    )
    async def remove(
        self, request: Request[Any, Any, Any], signed_in: Signed, user_id: Whose, email: FromPath[str]
    ) -> None:
        """Takes no new invitations for the address. Meetings to which it was invited stay. The last address of a person
        without Telegram stays."""
        check_own(signed_in, user_id)
        auth: Auth = request.app.state.auth
        put = partial(accounts.remove_address, address=email.strip().lower())
        await auth.run(put, auth.backend, auth.context(request, signed_in.tenant))


def _shown(account: AccountRow) -> list[OwnAddress]:
    return [OwnAddress(each, place == 0) for place, each in enumerate(account.addresses)]
