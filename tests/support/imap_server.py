"""pymap, a real IMAP server, in a thread of the test; and the mailbox seen by another client (imaplib)."""

from __future__ import annotations

import asyncio
import imaplib
import ssl
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer, IMAPService

from support.post import loop_in_thread, run_on
from support.waiting import NET
from televent.adapters.email.doors.imap.connection import Mailbox

USER, PASSWORD = "calendar", 'a "good" password'


@dataclass
class ImapServer:
    """A server with one user. ``connections`` counts those that were opened."""

    loop: asyncio.AbstractEventLoop
    certificate: Path | None = None
    """A file with a key and its certificate; None: the server has no TLS."""
    tls: bool = False
    """Whether TLS begins with the first byte."""
    port: int = 0
    connections: int = 0
    _server: asyncio.Server | None = None
    _imap: IMAPServer | None = None
    _looking: dict[str, imaplib.IMAP4] = field(default_factory=dict)
    _closing: ExitStack = field(default_factory=ExitStack)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def mailbox(self, password: str = PASSWORD, folder: str = "INBOX", done: str | None = None) -> Mailbox:
        host = "localhost" if self.certificate is not None else "127.0.0.1"
        return Mailbox(host, self.port, self.tls, USER, password, folder, done)

    @contextmanager
    def client(self, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """Another client with the folder open."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=NET) as client:
            client.login(USER, PASSWORD)
            client.select(folder)
            yield client

    def put(self, *mails: bytes, folder: str = "INBOX") -> None:
        """Delivers mails to the mailbox."""
        with self.client() as client:
            for mail in mails:
                assert client.append(folder, "", None, mail)[0] == "OK"

    def flags(self, folder: str = "INBOX") -> list[set[str]]:
        """The flags of every mail. It keeps its connection, because a sign-in takes half a second."""
        if folder not in self._looking:
            self._looking[folder] = self._closing.enter_context(self.client(folder))
        client = self._looking[folder]
        client.noop()
        _, found = client.fetch("1:*", "(FLAGS)")
        lines = [each for each in found if isinstance(each, bytes)]
        return [{flag.decode() for flag in imaplib.ParseFlags(line)} - {"\\Recent"} for line in lines]

    def stop(self) -> None:
        """Ends the server and its connections."""
        self._looking.clear()
        self._closing.close()
        run_on(self.loop, self._stop())

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def start(self) -> None:
        """Starts the server, again on its port, with the mails that it has."""
        run_on(self.loop, self._start())

    async def _start(self) -> None:
        if self._imap is None:
            parser = ArgumentParser()
            DictBackend.add_subparser("dict", parser.add_subparsers())
            IMAPService.add_arguments(parser)
            safe = ["--no-tls"]
            if self.certificate is not None:
                safe = [f"--cert={self.certificate}", f"--key={self.certificate}"]
            args = parser.parse_args([*safe, "dict", "--demo-user", USER, "--demo-password", PASSWORD])
            args.passlib_cfg, args.debug = None, False
            backend, config = await DictBackend.init(args)
            config.apply_context()
            self._imap = IMAPServer(backend.login, config)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            assert self._imap is not None
            self.connections += 1
            self._tasks.add(task)
            try:
                await self._imap(reader, writer, SocketInfo.get(writer, None, unique_id=b"test"))
            finally:
                writer.close()
                self._tasks.discard(task)

        context = None
        if self.tls and self.certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self.certificate)
        self._server = await asyncio.start_server(serve, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]


@contextmanager
def open_imap_server(certificate: Path | None = None, *, tls: bool = False) -> Iterator[ImapServer]:
    """A server on a port of its own for the block."""
    with loop_in_thread() as loop:
        server = ImapServer(loop, certificate, tls)
        server.start()
        try:
            yield server
        finally:
            server.stop()
