"""Starts and stops the web server and the SMTP server of a sandbox."""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import uvicorn
from litestar import Litestar, Response
from litestar.datastructures import State

from televent.adapters.sandbox import forgetting, pages
from televent.adapters.sandbox.botapi import routes as botapi
from televent.adapters.sandbox.botapi.errors import BotApiError
from televent.adapters.sandbox.botapi.webhook import deliver
from televent.adapters.sandbox.botapi.world import World
from televent.adapters.sandbox.config import SandboxConfig, url_of
from televent.adapters.sandbox.guard import HEADERS, HttpRequest, refuse_foreign_pages
from televent.adapters.sandbox.journal import Journal
from televent.adapters.sandbox.mail import routes as mail
from televent.adapters.sandbox.mail.catcher import Catcher
from televent.adapters.sandbox.mail.store import Mails
from televent.adapters.sandbox.people import routes as people
from televent.adapters.sandbox.people.cannot import CannotDo
from televent.adapters.sandbox.signal import Signal


class Sandbox:
    """The state and the two servers of a sandbox; `running` starts one."""

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.web_port = config.web_port
        self.smtp_port = config.smtp_port
        directory = config.state_dir
        self.world = World(config, Journal(directory / "telegram.jsonl" if directory else None))
        self.mails = Mails(directory / "mails" if directory else None)
        self.mail_caught = Signal()
        self.catcher = Catcher(self.mails, self.mail_caught)

    @property
    def url(self) -> str:
        """The URL of the page, and the base URL for `TelegramAPIServer.from_base`."""
        return url_of(self.config.host, self.web_port)

    @contextlib.asynccontextmanager
    async def _open(self, sockets: Sequence[socket.socket]) -> AsyncIterator[asyncio.Task[None]]:
        async with contextlib.AsyncExitStack() as stack:
            # The ports are bound here: uvicorn would end the whole process where one is in use.
            listener, catching = sockets or [
                stack.enter_context(_listen(self.config.host, port))
                for port in (self.config.web_port, self.config.smtp_port)
            ]
            smtp = await asyncio.get_running_loop().create_server(self.catcher.protocol, sock=catching)
            stack.callback(smtp.close)
            self.world.compact()
            self.web_port = listener.getsockname()[1]
            self.smtp_port = smtp.sockets[0].getsockname()[1]
            web = _Server(
                uvicorn.Config(
                    _app(self), log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=2, ws="none"
                )
            )
            serving = asyncio.create_task(web.serve(sockets=[listener]))
            delivering = asyncio.create_task(deliver(self.world))
            try:
                await web.until_ready(serving)
                yield serving
            finally:
                self.world.close()
                self.mail_caught.close()
                delivering.cancel()
                web.should_exit = True
                await asyncio.gather(serving, delivering, return_exceptions=True)


@contextlib.asynccontextmanager
async def running(config: SandboxConfig, *sockets: socket.socket) -> AsyncIterator[Sandbox]:
    """Run both servers while the block runs. `sockets`: listening sockets for HTTP and for SMTP to use in place of new
    ones. Raises OSError when a port is taken."""
    sandbox = Sandbox(config)
    async with sandbox._open(sockets):
        yield sandbox


async def serve(config: SandboxConfig, ready: "asyncio.Future[Sandbox] | None" = None) -> None:
    """Run both servers until cancelled. `ready` gets the sandbox once the servers answer. Raises OSError when a port is
    taken."""
    sandbox = Sandbox(config)
    async with sandbox._open(()) as serving:
        if ready is not None and not ready.done():
            ready.set_result(sandbox)
        await asyncio.shield(serving)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.create_server((host, port), family=family)
    # `create_server` leaves the protocol out, and asyncio sets TCP_NODELAY only where it is given. Without TCP_NODELAY
    # an answer in two writes waits 40 ms for the client's delayed acknowledgement.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=opened.detach())


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the process that started the sandbox has its own."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()

    async def until_ready(self, serving: asyncio.Task[None]) -> None:
        waiting = asyncio.create_task(self._ready.wait())
        await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
        if not self._ready.is_set():
            waiting.cancel()
            await serving
            raise RuntimeError("the web server of the sandbox ended before it was ready")


def _app(sandbox: Sandbox) -> Litestar:
    state = State(
        {
            "config": sandbox.config,
            "world": sandbox.world,
            "calls": deque(maxlen=botapi.MAX_CALLS),
            "mails": sandbox.mails,
            "caught": sandbox.mail_caught,
            "catcher": sandbox.catcher,
            "last_answer": datetime.min.replace(tzinfo=UTC),
        }
    )
    bot_api = [botapi.call_method, botapi.download]
    return Litestar(
        [*bot_api, *people.ROUTES, *mail.ROUTES, *forgetting.ROUTES, pages.chat_page, pages.mail_page, pages.part],
        state=state,
        before_request=refuse_foreign_pages,
        response_headers=HEADERS,
        exception_handlers={CannotDo: _cannot, BotApiError: _refused},
        openapi_config=None,
        logging_config=None,
    )


def _cannot(request: HttpRequest, error: CannotDo) -> Response[Any]:
    return Response({"error": str(error)}, status_code=error.status)


def _refused(request: HttpRequest, error: BotApiError) -> Response[Any]:
    return Response({"error": error.description}, status_code=400)
