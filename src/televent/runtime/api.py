"""The HTTP service: one uvicorn server with the front, CalDAV, health and the bot's webhook behind it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import resource
import socket
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any, cast

import structlog
import uvicorn

from televent.adapters.caldav.answers.cache import AnswerCache
from televent.adapters.caldav.app import CaldavDoor
from televent.adapters.caldav.door.credentials import client_of
from televent.adapters.caldav.door.limits import RateLimits, longest_delay
from televent.adapters.caldav.door.origin import origin
from televent.adapters.email.outgoing.guest_file import Sender, guest_file
from televent.adapters.http.app import Asgi, Front, Scope, rest_app
from televent.adapters.http.connection import HARD_LIMIT_FACTOR, ConnectionLimits, connections_with
from televent.adapters.http.feed_door import FeedDoor
from televent.adapters.http.floor import floor
from televent.adapters.http.forwarded import Forwarded
from televent.adapters.http.pages.answer_page import AnswerPage
from televent.adapters.http.pages.start_page import Sandbox, StartPage
from televent.adapters.http.websockets import websockets_with
from televent.adapters.postgres.dav_index.loop_rows import PostgresRows
from televent.adapters.postgres.dav_index.marks import PostgresMarks
from televent.adapters.postgres.rate_lease import SHARE, LeasedLimit
from televent.adapters.postgres.rate_limit import Rate
from televent.adapters.postgres.wakeup import EVENTS, SESSIONS
from televent.adapters.rest.app import PATH as REST
from televent.adapters.rest.app import rest_door
from televent.adapters.rest.live.hub import Hub
from televent.adapters.rest.pages.device_settings import Connecting
from televent.adapters.rest.signing_in.auth import Auth, Count
from televent.adapters.rest.signing_in.cookies import Cookies, origin_in
from televent.adapters.rest.signing_in.telegram_proof import TelegramProofs
from televent.adapters.sandbox.config import url_of
from televent.application.marks import Marks
from televent.application.outage import Outage
from televent.application.rows import Rows
from televent.application.use_cases.scheduling.answer_by_link import Linked
from televent.runtime.access_log import access_log
from televent.runtime.compose import Core
from televent.runtime.configuration.exposure import exposed
from televent.runtime.configuration.profile_signing import profile_signer
from televent.runtime.configuration.server_address import reach
from televent.runtime.session_keys import session_keys
from televent.runtime.workers.push import Push
from televent.settings import Settings, SettingsError

log = structlog.get_logger("televent")

SOCKET = f"{REST}/ws"
"""The path of the WebSocket. No other path has one."""
YOUNG = 10_000
"""New containers between two collections of the youngest garbage. Python's default is 700. A request makes about a
hundred, so each collection would scan those of all requests under way."""
OWN_FILES = 256
"""Max files that a process opens beside its clients' connections, such as connections to the database."""


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the process itself decides when to stop."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_http(core: Core, ready: Callable[[], None], stop: asyncio.Event, listener: socket.socket) -> None:
    """Serves HTTP on the listening socket until ``stop`` is set; then it finishes the requests under way."""
    settings = core.settings
    warning = exposed(settings)
    if warning is not None:
        log.warning(warning)
    # A pooler hides that the database was replaced by another, after which all marks are invalid.
    marks = PostgresMarks(core.direct) if core.direct is not None else None
    live = live_hub(core)
    config = uvicorn.Config(
        http_app(core, marks, live),
        log_config=None,
        access_log=False,
        lifespan="off",
        loop="none",
        **protocols(settings),
        server_header=False,
        # http_app reads what proxies say, and only from the configured ones: rate limits count by client address.
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
    )
    # The applications stay for the life of the process: a full collection would scan them, a tenth of a second in which
    # no request is answered.
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
    server = _Server(config, ready)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    # A stream would hold the end up until the graceful timeout cuts it. Ended now, its client goes on elsewhere.
    live.close()
    server.should_exit = True
    await serving
    if marks is not None:
        await marks.close()


def protocols(settings: Settings) -> dict[str, Any]:
    """The settings of uvicorn for HTTP and WebSockets."""
    limits = connection_limits(settings)
    return {
        "http": connections_with(limits, frozenset({SOCKET.encode(), (settings.public_path + SOCKET).encode()})),
        "ws": websockets_with(limits.write),
        # The one message of a client has a token. Nothing else needs room.
        "ws_max_size": 8 * 1024,
        # A window for each connection would cost more memory than the frames, which are small.
        "ws_per_message_deflate": False,
    }


def live_hub(core: Core) -> Hub:
    """The hub of all streams of this process."""

    def listen(
        committed: Callable[[], None], ended: Callable[[], None], other: Callable[[], None]
    ) -> Callable[[], None]:
        def restarted(_: object) -> None:
            other()

        ends = [core.wakeups.listen(EVENTS, committed), core.wakeups.listen(SESSIONS, ended)]
        hooks = core.pool.on_other_server
        hooks.append(restarted)

        def deaf() -> None:
            for end in ends:
                end()
            hooks.remove(restarted)

        return deaf

    return Hub(core.backend, core.run, listen)


def connection_limits(settings: Settings) -> ConnectionLimits:
    """The limits of a connection, from the settings. The max number of connections is bounded by the files that this
    process may open."""
    wanted = round(settings.connections * HARD_LIMIT_FACTOR) + OWN_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        wanted = soft
    return ConnectionLimits(
        head=settings.head_seconds,
        idle=settings.body_idle_seconds,
        rate=settings.body_rate,
        write=settings.answer_seconds,
        connections=max(1, int((wanted - OWN_FILES) / HARD_LIMIT_FACTOR)),
    )


def http_app(core: Core, marks: PostgresMarks | None, live: Hub | None = None) -> Any:
    """The ASGI application. ``marks`` None: no answer is cached. ``live`` None: it makes its own."""
    settings = core.settings
    limits = rate_limits(core) if settings.rate_limits == "on" else None
    rows = PostgresRows(marks, core.pool, core.threads)
    plain = CaldavDoor(
        core.backend,
        core.run,
        rows,
        marks=marks,
        public_url=settings.public_url,
        rate_limits=limits,
        push=Push(core).offer() if settings.push == "on" else None,
    )
    door: Asgi = plain if marks is None else AnswerCache(plain, marks, plain.last_use, limits)
    return entrance(core, door, limits, live, marks, rows)


def entrance(
    core: Core,
    caldav: Asgi,
    limits: RateLimits | None = None,
    live: Hub | None = None,
    marks: Marks | None = None,
    rows: Rows | None = None,
) -> Asgi:
    """The application that every request enters, with ``caldav`` behind it. ``limits`` None: nothing is counted."""
    settings = core.settings

    def check() -> dict[str, str]:
        outage = core.pulse.outage
        return {"database": "ok" if outage is None else outage.name}

    admit = _admission(core, limits)
    mounts: dict[str, Asgi] = {
        "/health/floor": floor,
        "/i": AnswerPage(core.backend, core.answer_links, core.run, admit, _file_of(core)),
        "/feeds": FeedDoor(core.backend, core.run, admit),
        REST: cast(
            Asgi,
            rest_door(
                lambda: core.backend.clock(),
                admit,
                rest_auth(core, admit, limited=limits is not None, marks=marks, rows=rows),
                connecting=Connecting(partial(reach, settings), profile_signer(settings)),
                origins=settings.cors_origins,
                live=live or live_hub(core),
                base=partial(_base, settings),
            ),
        ),
    }
    if settings.telegram_webhook_url is not None:
        mounts["/telegram/webhook"] = _webhook(core)
    if settings.takes_posted_mail:
        from televent.runtime.workers.incoming_mail import mail_hooks

        mounts["/hooks/mail"] = mail_hooks(core)
    start = StartPage(partial(_base, settings), sandbox_beside(settings))
    front = Front(rest_app(check), caldav, start, mounts=mounts, public_path=settings.public_path, access=access_log())
    return Forwarded(front, list(settings.trusted_proxies)) if settings.trusted_proxies else front


def rest_auth(
    core: Core,
    admit: Callable[[Scope], Awaitable[float]],
    *,
    limited: bool,
    marks: Marks | None = None,
    rows: Rows | None = None,
) -> Auth:
    """How requests of the REST door are signed in. The keys are read with the first one: a start waits for nothing."""
    settings = core.settings
    secret = settings.jwt_secret

    made = session_keys(core)

    def keys() -> tuple[str, ...]:
        if secret is None:
            return made.keys(core.backend.clock())
        return tuple(each.strip() for each in secret.get_secret_value().split(","))

    def limit(name: str, rate: Rate, share: int = SHARE) -> Count | None:
        return LeasedLimit(core.rate_limit, name, rate, share=share) if limited else None

    return Auth(
        backend=core.backend,
        run=core.run,
        admit=admit,
        client_of=client_of,
        keys=keys,
        # A page asks for many things at once. A lease of four would write a row for every fourth of them.
        requests=limit("rest", Rate(300, 60.0, 300), 10),
        attempts=limit("sign-in", Rate(5, 60.0, 10)),
        cookies=Cookies(
            base=settings.public_path,
            secure=(settings.public_url or "").startswith("https://"),
            origin_of=lambda scope: origin_in(_base(settings, scope)),
        ),
        telegram=TelegramProofs(
            settings.telegram_bot_token.get_secret_value() if settings.telegram_bot_token is not None else None,
            settings.telegram_bot_id,
        ),
        guesses=limit("sign-in-name", Rate(10, 60.0, 50)),
        registrations=limit("register", Rate(1, 60.0, 20)),
        marks=marks,
        rows=rows,
    )


def _file_of(core: Core) -> Callable[[Linked], str | None]:
    """Makes the calendar file of a guest's link."""
    settings = core.settings
    sender = Sender(settings.mail_domain, settings.internal_domain, settings.public_url)
    return partial(guest_file, core.backend, core.mail_book, sender)


def _admission(core: Core, limits: RateLimits | None) -> Callable[[Scope], Awaitable[float]]:
    """Counts a request without sign-in by its client's address, as a guess of a password is counted."""

    async def admit(scope: Scope) -> float:
        if limits is None or limits.client.held(key := client_of(scope)):
            return 0.0
        try:
            return await core.run(limits.client, key)
        except Outage:
            return 0.0  # Nobody can count; the page itself says that the database is away.

    return admit


def _base(settings: Settings, scope: Scope) -> str:
    """This server's URL as the client of a request sees it, without a trailing slash."""
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    return settings.public_url or origin(scope, host)


def sandbox_beside(settings: Settings) -> Sandbox | None:
    """The sandbox that stands in for Telegram or for the mail server of these settings; None where it does not."""
    url = url_of(settings.sandbox_host, settings.sandbox_port)
    chat = settings.telegram_api_base == url
    mail = (settings.smtp_host, settings.smtp_port) == (settings.sandbox_host, settings.sandbox_smtp_port)
    return Sandbox(url, settings.sandbox_host, chat, mail) if chat or mail else None


def _webhook(core: Core) -> Asgi:
    """The bot behind the webhook. The import is here because aiogram takes seconds, which other API processes save."""
    from televent.adapters.postgres.queues.chats.chat_book import PostgresChatBook
    from televent.adapters.telegram.app import make_bot, make_dispatcher
    from televent.adapters.telegram.dialogue_storage import DialogueStorage
    from televent.adapters.telegram.door import BotDoor
    from televent.adapters.telegram.receiving.webhook import Webhook

    settings = core.settings
    token, secret = settings.telegram_bot_token, settings.telegram_webhook_secret
    if token is None or secret is None:
        raise SettingsError("TELEGRAM_WEBHOOK_URL needs TELEGRAM_BOT_TOKEN and TELEGRAM_WEBHOOK_SECRET")
    bot = make_bot(token.get_secret_value(), settings.telegram_api_base)
    storage = DialogueStorage(PostgresChatBook(core.pool), core.run)
    dispatcher = make_dispatcher(BotDoor(core.backend, core.run, partial(reach, settings)), storage)
    return Webhook(bot, dispatcher, secret.get_secret_value())


def rate_limits(core: Core) -> RateLimits:
    """The rate limits, from the settings. All nodes share them, because they are counted in the database."""
    settings = core.settings
    client = Rate(settings.rate_ip_per_second, 1.0, settings.rate_ip_burst)
    account = Rate(settings.rate_caldav_per_second, 1.0, settings.rate_caldav_burst)
    failure = Rate(5, 60.0, 10)
    limit = core.rate_limit
    return RateLimits(
        client=LeasedLimit(limit, "ip", client),
        account=LeasedLimit(limit, "caldav", account),
        failure=LeasedLimit(limit, "failure", failure),
        patience=longest_delay(settings.rate_caldav_per_second),
    )
