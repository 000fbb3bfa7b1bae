"""The own account: reading it, changing it, leaving; and what others may see of it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import Body, FromPath, HeaderParameter

from televent.adapters.rest.account_shapes import Me, MePatch, edit_of, shown, wrong_value
from televent.adapters.rest.controllers.account.auth import TOKEN
from televent.adapters.rest.entity_tags import is_known, strong_tags
from televent.adapters.rest.problems import documented, language
from televent.adapters.rest.signing_in.auth import Auth, Person
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.refusals import InvalidName, UnknownAccount
from televent.application.use_cases.people import erasure, profile
from televent.domain.account.decide import GRACE
from televent.domain.ids import AccountId
from televent.wording.display import Display
from televent.wording.texts import text_of
from televent.wording.times import moment_of

Signed = NamedDependency[Person]
CHANGES: Final = {"time_zone": "Europe/Prague", "preferences": {"clock": "24", "reminder_minutes": [10, 60]}}
Patch = Annotated[MePatch, Body(media_type=RequestEncodingType.JSON, examples=[Example(value=CHANGES)])]
IfMatch = Annotated[str | None, HeaderParameter(name="If-Match", description="The ETag that the account must have.")]
IfNoneMatch = Annotated[str | None, HeaderParameter(name="If-None-Match", description="The ETag that is known.")]
ALWAYS: Final = ("not-signed-in", "too-many-requests", "unavailable")
CHANGE: Final = (*ALWAYS, "malformed-request", "body-too-large", "invalid-request", "try-again")
ME: Final = {
    "id": "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d11",
    "telegram_id": 123456789,
    "addresses": [{"address": "ann@example.com", "primary": True}],
    "display_name": "Ann",
    "time_zone": "Europe/Berlin",
    "locale": "en",
    "preferences": {
        "reminder_minutes": [15],
        "daily_digest_time": "08:00",
        "notifications": True,
        "notify_on_invite": True,
        "quiet_hours": {"from": "22:00", "until": "07:00"},
        "remind_in_chat": True,
        "show_shared_calendars": True,
        "invitations_from_strangers": "ask",
        "uninvited_guests": "ask",
        "clock": "24",
        "week_start": "monday",
        "free_busy": "known",
        "believed_senders": ["bob@example.com"],
        "published": False,
    },
    "erase_at": None,
}
ANSWER: Final = ResponseSpec(
    Me, generate_examples=False, description="The account.", examples=[Example(id="me", value=ME)]
)
TAGGED: Final = [
    ResponseHeader(name="ETag", description="Another one where any field has changed.", documentation_only=True)
]


class Leaving(msgspec.Struct, frozen=True):
    """``erase_at``: when the erasure is final. ``detail``: what that means, for people, in their language."""

    erase_at: datetime
    detail: str


class PublicProfile(msgspec.Struct, frozen=True):
    """The part of an account that its person publishes."""

    id: UUID
    display_name: str


class Users(Controller):
    """The own account, and what others publish of theirs."""

    path = "/users"
    tags = ("Account",)

    @get(
        "/me",
        operation_id="getMe",
        summary="Get the own account",
        security=TOKEN,
        opt=needs(Scope.ACCOUNT_READ),
        response_headers=TAGGED,
        responses={
            200: ANSWER,
            304: ResponseSpec(None, generate_examples=False, description="The account has the tag of If-None-Match."),
            **documented(*ALWAYS, "malformed-request"),
        },
    )
    async def me(
        self, request: Request[Any, Any, Any], signed_in: Signed, if_none_match: IfNoneMatch = None
    ) -> Response[Me]:
        """Profile, addresses and preferences. Addresses change below `/api/users/me/addresses`."""
        auth: Auth = request.app.state.auth
        found = await auth.run(profile.profile_of, auth.backend, signed_in.tenant)
        if is_known(if_none_match, found.tag):
            return Response(None, status_code=304, headers=_headers(found))  # type: ignore[arg-type]
        return Response(shown(found), headers=_headers(found))

    @patch(
        "/me",
        operation_id="changeMe",
        summary="Change the own account",
        security=TOKEN,
        opt=needs(Scope.ACCOUNT_WRITE),
        response_headers=TAGGED,
        responses={
            200: ANSWER,
            **documented(*CHANGE, "precondition-failed", "too-many-reminders", "too-many-believed"),
        },
    )
    async def change(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        data: Patch,
        if_match: IfMatch = None,
    ) -> Response[Me]:
        """Changes what the body names, all of it or nothing; the rest stays (JSON Merge Patch, RFC 7396)."""
        auth: Auth = request.app.state.auth
        context = auth.context(request, signed_in.tenant)
        put = partial(profile.edit_profile, if_match=strong_tags(if_match))
        try:
            after = await auth.run(put, auth.backend, context, edit_of(data))
        except InvalidName:
            raise wrong_value("time_zone", "Expected the name of an IANA time zone, such as `Europe/Berlin`") from None
        return Response(shown(after), headers=_headers(after))

    @delete(
        "/me",
        operation_id="leave",
        status_code=202,
        summary="Ask for the erasure of the own account",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses={
            202: ResponseSpec(
                Leaving,
                generate_examples=False,
                description="The account is erased at that moment, unless it is kept before.",
                examples=[
                    Example(
                        value={
                            "erase_at": "2026-12-23T10:00:00Z",
                            "detail": "Your account will be erased on Wed, Dec 23, 10:00 AM (UTC). …",
                        }
                    )
                ],
            ),
            **documented(*ALWAYS, "malformed-request", "try-again"),
        },
    )
    async def leave(self, request: Request[Any, Any, Any], signed_in: Signed) -> Leaving:
        """Requests the erasure, which is final after thirty days. A second request is the first one. A sign-in, a new
        device password and `POST /api/users/me/keep` revoke it."""
        auth: Auth = request.app.state.auth
        context = auth.context(request, signed_in.tenant)
        final_at = await auth.run(erasure.request_erasure, auth.backend, context)
        account = await auth.run(auth.backend.people.account, signed_in.tenant)
        chosen, zone, spoken = account.preferences, ZoneInfo(account.timezone), language(request)
        display = Display(zone, spoken, context.now.astimezone(zone), chosen.clock24, chosen.week_start)
        said = partial(text_of, days=GRACE.days, at=moment_of(final_at, display))
        return Leaving(final_at, said("televent.adapters.rest", spoken, "account-leaving"))

    @post(
        "/me/keep",
        operation_id="keepMe",
        status_code=204,
        summary="Keep the own account",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses=documented(*ALWAYS, "malformed-request", "try-again"),
    )
    async def keep(self, request: Request[Any, Any, Any], signed_in: Signed) -> None:
        """Revokes a request for the erasure. Nothing happens where there is none."""
        auth: Auth = request.app.state.auth
        await auth.run(erasure.keep_account, auth.backend, auth.context(request, signed_in.tenant))

    @get(
        "/{user_id:uuid}/public-profile",
        operation_id="getPublicProfile",
        summary="Get what a person publishes",
        responses={
            200: ResponseSpec(
                PublicProfile,
                generate_examples=False,
                description="The profile.",
                examples=[Example(value={"id": ME["id"], "display_name": "Ann"})],
            ),
            **documented("malformed-request", "unknown-account", "too-many-requests", "unavailable"),
        },
    )
    async def published(self, request: Request[Any, Any, Any], user_id: FromPath[UUID]) -> PublicProfile:
        """The display name of a person who publishes it (the preference `published`). Where nobody has this id, and
        where the person publishes nothing, the answer is the same."""
        auth: Auth = request.app.state.auth
        name = await auth.run(profile.published_name, auth.backend, AccountId(user_id))
        if name is None:
            raise UnknownAccount()
        return PublicProfile(user_id, name)


def _headers(found: profile.Profile) -> dict[str, str]:
    return {"etag": f'"{found.tag}"', "cache-control": "private, no-cache"}
