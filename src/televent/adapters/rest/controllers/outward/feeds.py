"""Feeds: secret addresses at which others read a calendar (ADR 89)."""

from __future__ import annotations

import base64
import os
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Request, delete, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody

from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth, Person
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.feeds.given import Feed
from televent.application.use_cases.feeds import give_feed as use_cases

TOKEN: Final[list[dict[str, list[str]]]] = [{"token": []}]
SECRET: Final = 32
"""Bytes of a secret."""
Signed = NamedDependency[Person]


class NewFeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A feed to be. ``content``: "full" shows what somebody sees who may read the calendar; "busy" only the times."""

    content: Literal["full", "busy"] = "full"
    description: Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f]*$")] = ""


class FeedView(msgspec.Struct, frozen=True):
    """A feed. ``last_read_at``: to a day; null where nobody has read it yet."""

    id: UUID
    content: str
    description: str
    created_at: datetime
    last_read_at: datetime | None


class FeedWithUrl(FeedView, frozen=True):
    """The same with its address, which is shown this once."""

    url: str


SHOWN: Final = {
    "id": "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d11",
    "content": "busy",
    "description": "for the team's page",
    "created_at": "2026-11-23T10:00:00Z",
    "last_read_at": None,
}
URL_SHOWN: Final = {**SHOWN, "url": "https://cal.example.com/feeds/hV3…k.ics"}
ASKED: Final = ("malformed-request", "not-signed-in", "too-many-requests", "unavailable")


class FeedsResource(Controller):
    """The feeds of a calendar."""

    path = "/calendars/{calendar_id:uuid}/feeds"
    tags = ("Feeds",)

    @post(
        "/",
        operation_id="createFeed",
        summary="Give a calendar a secret address",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            201: ResponseSpec(
                FeedWithUrl,
                generate_examples=False,
                description="The feed. Its address is shown this once.",
                examples=[Example(value=URL_SHOWN)],
            ),
            **documented(*ASKED, "body-too-large", "invalid-request", "unknown-calendar", "too-many-feeds"),
        },
    )
    async def create(
        self, request: Request[Any, Any, Any], signed_in: Signed, calendar_id: FromPath[UUID], data: JSONBody[NewFeed]
    ) -> FeedWithUrl:
        """Everybody who knows the address can read the calendar there, without signing in, until the feed is deleted.
        Private events are left out; of confidential ones only the time is shown."""
        secret = base64.urlsafe_b64encode(os.urandom(SECRET)).decode().rstrip("=")
        given = {"calendar_id": calendar_id, "content": data.content, "description": data.description}
        feed: Feed = await _do(request, signed_in, use_cases.give_feed, secret=secret, **given)
        return FeedWithUrl(**_fields(feed), url=f"{request.app.state.base(request.scope)}/feeds/{secret}.ics")

    @get(
        "/",
        operation_id="listFeeds",
        summary="List the feeds of a calendar",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            200: ResponseSpec(
                list[FeedView],
                generate_examples=False,
                description="The oldest first, without their addresses.",
                examples=[Example(value=[SHOWN])],
            ),
            **documented(*ASKED, "unknown-calendar"),
        },
    )
    async def all(
        self, request: Request[Any, Any, Any], signed_in: Signed, calendar_id: FromPath[UUID]
    ) -> list[FeedView]:
        """The feeds of one of the account's own calendars."""
        found = await _do(request, signed_in, use_cases.list_feeds, calendar_id=calendar_id)
        return [FeedView(**_fields(each)) for each in found]

    @delete(
        "/{feed_id:uuid}",
        operation_id="deleteFeed",
        summary="Delete a feed",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses=documented(*ASKED, "unknown-feed"),
    )
    async def end(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        calendar_id: FromPath[UUID],
        feed_id: FromPath[UUID],
    ) -> None:
        """Its address shows nothing any more, at once on every node."""
        await _do(request, signed_in, use_cases.end_feed, calendar_id=calendar_id, feed_id=feed_id)


def _fields(feed: Feed) -> dict[str, Any]:
    return {
        "id": feed.feed_id,
        "content": feed.content,
        "description": feed.description,
        "created_at": feed.created_at,
        "last_read_at": feed.read_at,
    }


async def _do(request: Request[Any, Any, Any], person: Person, use_case: Any, **given: Any) -> Any:
    """Calls a use case for the person, in a thread."""
    auth: Auth = request.app.state.auth
    return await auth.run(partial(use_case, **given), auth.backend, auth.context(request, person.tenant))
