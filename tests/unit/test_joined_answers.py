"""Joining the head of an answer and its body: one write for a whole answer, and no head that waits for a body."""

import asyncio
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from televent.adapters.http.connection import ConnectionLimits, connections_with
from televent.adapters.http.joining import MAX_JOINED, JoiningTransport

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"


class Recorder(asyncio.Transport):
    """The loop's transport, which records what reaches it."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.writes.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def can_write_eof(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.closed


def written(*pieces: bytes, end: bool = False, lost: bool = False) -> list[bytes]:
    """The writes that reach the transport for these pieces of one answer, after an iteration of the loop."""
    transport = Recorder()

    async def steps() -> None:
        answer = JoiningTransport(transport, asyncio.get_running_loop())
        for piece in pieces:
            answer.write(piece)
        if end:
            answer.close()
        if lost:
            transport.close()
        await asyncio.sleep(0)
        assert answer.is_closing() == transport.closed

    asyncio.run(steps())
    return transport.writes


def test_a_head_and_its_body_are_one_write() -> None:
    assert written(HEAD, b"hello") == [HEAD + b"hello"]


def test_later_pieces_are_written_as_they_come() -> None:
    assert written(HEAD, b"a", b"b", b"c") == [HEAD + b"a", b"b", b"c"]


def test_a_head_without_a_body_does_not_wait() -> None:
    assert written(HEAD) == [HEAD]


def test_a_long_body_is_not_copied() -> None:
    body = b"x" * (MAX_JOINED + 1)
    assert written(HEAD, body) == [HEAD, body]


@pytest.mark.parametrize("status", [b"100 Continue", b"103 Early Hints"])
def test_an_interim_answer_is_written_at_once(status: bytes) -> None:
    interim = b"HTTP/1.1 " + status + b"\r\n\r\n"
    assert written(interim, HEAD, b"hello") == [interim, HEAD + b"hello"]


def test_a_close_comes_after_the_head() -> None:
    assert written(HEAD, end=True) == [HEAD]


def test_nothing_is_written_to_a_closed_connection() -> None:
    assert written(HEAD, lost=True) == []


@pytest.mark.parametrize("after", [b"no request\r\n\r\n", b""])
def test_nothing_overtakes_an_answer_to_head(after: bytes) -> None:
    transport = Recorder()

    async def steps() -> None:
        async def answer(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
            await send({"type": "http.response.body", "body": b""})
            # In the same iteration of the loop, as uvloop reads; a close for want of room comes so, too.
            if after:
                connection.data_received(after)
            else:
                connection.shutdown()

        limits = ConnectionLimits(head=600, idle=600, rate=1, write=600, connections=10)
        config = Config(answer, log_config=None, lifespan="off")
        connection = connections_with(limits)(config=config, server_state=ServerState(), app_state={})
        connection.connection_made(transport)
        connection.data_received(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        await asyncio.gather(*connection.tasks)
        connection.connection_lost(None)

    asyncio.run(steps())
    answers = b"".join(transport.writes).split(b"HTTP/1.1 ")[1:]
    assert [each[:3] for each in answers] == ([b"200", b"400"] if after else [b"200"])
    assert transport.closed
