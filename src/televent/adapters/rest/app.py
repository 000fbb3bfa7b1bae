"""The REST door as an ASGI application below ``/api``."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from litestar import Litestar, Router
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components
from litestar.types import ASGIApp, ControllerRouterHandler, Message, Receive, Scope, Send

from televent.adapters.rest.compressing import Compression
from televent.adapters.rest.contract.document import ContractPlugin
from televent.adapters.rest.contract.security import SCHEMES
from televent.adapters.rest.contract.serving import PATH as DOCUMENT
from televent.adapters.rest.contract.serving import Contract
from televent.adapters.rest.controllers.account.addresses import Addresses
from televent.adapters.rest.controllers.account.api_keys import ApiKeys
from televent.adapters.rest.controllers.account.auth import Auths
from televent.adapters.rest.controllers.account.device_setup import Setup
from televent.adapters.rest.controllers.account.devices import Devices
from televent.adapters.rest.controllers.account.exports import Exports
from televent.adapters.rest.controllers.account.me import Users
from televent.adapters.rest.controllers.account.own_history import OwnHistoryOf
from televent.adapters.rest.controllers.account.registration import Registration
from televent.adapters.rest.controllers.account.telegram import TelegramLinks, TelegramSignIn
from televent.adapters.rest.controllers.calendar.attachments import Attachments
from televent.adapters.rest.controllers.calendar.calendars import Calendars
from televent.adapters.rest.controllers.calendar.event_collection import EventCollection
from televent.adapters.rest.controllers.calendar.event_past import EventPast
from televent.adapters.rest.controllers.calendar.events import Events
from televent.adapters.rest.controllers.calendar.files import Files
from televent.adapters.rest.controllers.calendar.guests import Guests
from televent.adapters.rest.controllers.calendar.occurrences import Occurrences, Series
from televent.adapters.rest.controllers.calendar.planning import Planning
from televent.adapters.rest.controllers.calendar.search import Search
from televent.adapters.rest.controllers.calendar.shares import Shares
from televent.adapters.rest.controllers.calendar.team_calendars import TeamCalendars
from televent.adapters.rest.controllers.docs import Docs
from televent.adapters.rest.controllers.outward.feeds import FeedsResource
from televent.adapters.rest.controllers.outward.live import Live
from televent.adapters.rest.controllers.outward.subscriptions import SubscriptionsResource
from televent.adapters.rest.controllers.outward.webhooks import WebhooksResource
from televent.adapters.rest.controllers.problem_types import ProblemTypes
from televent.adapters.rest.events.remembered import RememberedAnswers
from televent.adapters.rest.idempotency import Once
from televent.adapters.rest.live.hub import Hub
from televent.adapters.rest.pages.device_settings import Connecting
from televent.adapters.rest.problems import (
    CrossSite,
    KeyBusy,
    KeyReused,
    NotSignedIn,
    TooManyRequests,
    WrongScope,
    of_busy_key,
    of_cross_site,
    of_defect,
    of_http,
    of_limit,
    of_outage,
    of_refusal,
    of_reuse,
    of_scope,
    of_stranger,
)
from televent.adapters.rest.signing_in.auth import Admit, Auth, allow, signed_in
from televent.adapters.rest.signing_in.scopes import SIGNED_IN
from televent.adapters.rest.storable import StorableRequest
from televent.application.outage import Outage
from televent.application.reach import Reach
from televent.domain.refusal import Refusal

PATH: Final = "/api"
VERSION: Final = "1.0.0"
"""The version of the contract: the first number moves with a change that breaks a client."""
BODY_LIMIT: Final = 1024 * 1024
"""Max bytes of a body."""
PREFLIGHT_SECONDS: Final = 600
"""Seconds for which a browser remembers what other origins may do."""
CONTROLLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    Auths,
    Live,
    Users,
    Devices,
    Setup,
    Exports,
    OwnHistoryOf,
    Registration,
    TelegramSignIn,
    TelegramLinks,
    ApiKeys,
    Addresses,
    Calendars,
    EventCollection,
    Events,
    Attachments,
    Occurrences,
    Series,
    Guests,
    EventPast,
    Planning,
    Shares,
    TeamCalendars,
    Files,
    ProblemTypes,
    Search,
    WebhooksResource,
    FeedsResource,
    SubscriptionsResource,
    Docs,
)
NOWHERE: Final = Connecting(lambda: Reach("http://localhost/", "machine"))
"""The address of a door that no device reaches from elsewhere."""
TAKEN: Final = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Prefer",
    "X-Request-ID",
    "X-Telegram-Init-Data",
]
"""The headers that pages of other origins may send."""
SHOWN: Final = ["ETag", "Idempotency-Replayed", "Location", "Preference-Applied", "Retry-After", "X-Request-ID"]
"""The headers of an answer that pages of other origins may read."""
SECURE: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex"),
    # An answer is no page. The page of the documentation brings a policy of its own.
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class Admission(ASGIMiddleware):
    """Signs requests in, and refuses a client that asks too often, before anything is done for it.

    A guard would do the same. But Litestar copies the handler for each call of a guard, which costs as much as the rest
    of the sign-in.
    """

    def __init__(self, admit: Admit, auth: Auth) -> None:
        self._admit, self._auth = admit, auth

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Passes the request on. Raises what ``allow`` raises."""
        handler, mutable = scope["route_handler"], cast(MutableMapping[str, Any], scope)
        # A signed-in request is counted by account, once it is known which.
        if not handler.opt.get(SIGNED_IN) and (wait := await self._admit(mutable)) > 0:
            raise TooManyRequests(wait)
        await allow(self._auth, mutable, handler)
        await next_app(scope, receive, send)


def rest_door(
    clock: Callable[[], datetime],
    admit: Admit,
    auth: Auth,
    *,
    connecting: Connecting = NOWHERE,
    origins: Sequence[str] = (),
    base: Callable[[Any], str] = lambda scope: "",
    controllers: Sequence[ControllerRouterHandler] = CONTROLLERS,
    live: Hub | None = None,
) -> Litestar:
    """The application.

    ``connecting``: how devices reach it. ``origins``: of the pages elsewhere whose scripts may use it. ``base``: this
    server's URL as the client of a request sees it, without a trailing slash. ``live`` None: there are no streams.
    """
    cors = CORSConfig(
        allow_origins=list(origins),
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=TAKEN,
        expose_headers=SHOWN,
        max_age=PREFLIGHT_SECONDS,
    )
    return Litestar(
        list(controllers),
        path=PATH,
        # The sign-in comes first: a key is its account's own.
        middleware=[Compression(), Admission(admit, auth), Once()],
        cors_config=cors if origins else None,
        request_class=StorableRequest,
        request_max_body_size=BODY_LIMIT,
        before_send=[_secure],
        dependencies={"signed_in": Provide(signed_in)},
        exception_handlers={
            HTTPException: of_http,
            Refusal: of_refusal,
            Outage: of_outage,
            TooManyRequests: of_limit,
            NotSignedIn: of_stranger,
            WrongScope: of_scope,
            CrossSite: of_cross_site,
            KeyBusy: of_busy_key,
            KeyReused: of_reuse,
            Exception: of_defect,
        },
        openapi_config=OpenAPIConfig(
            title="Televent",
            version=VERSION,
            description="Calendars, events and meetings. Errors are problem details (RFC 9457).",
            use_handler_docstrings=True,
            openapi_router=Router(DOCUMENT, route_handlers=[], include_in_schema=False, middleware=[Contract()]),
            components=Components(security_schemes=dict(SCHEMES)),
            render_plugins=[ContractPlugin(path="/")],
        ),
        logging_config=None,
        state=State(
            {
                "clock": clock,
                "auth": auth,
                "base": base,
                "connecting": connecting,
                "live": live,
                "answers": RememberedAnswers(),
            }
        ),
    )


async def _secure(message: Message, _: Scope) -> None:
    """Adds the security headers that an answer does not have yet."""
    if message["type"] == "http.response.start":
        given = [*message["headers"]]
        there = {name.lower() for name, _ in given}
        message["headers"] = [*given, *(each for each in SECURE if each[0] not in there)]
