"""A file that grows while it is sent: its bytes come in order, and an error of its writer is no end of the file."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest

from televent.adapters.rest.growing import Abandoned, Growing

T = TypeVar("T")
LONG = 3600.0


async def run(function: Callable[..., T], *args: object) -> T:
    return await asyncio.to_thread(function, *args)


async def sent(file: Growing, write: Callable[[], object]) -> list[bytes]:
    return [chunk async for chunk in file.chunks(run, lambda: asyncio.to_thread(write))]


def test_all_bytes_come_in_order() -> None:
    async def go() -> None:
        file = Growing(LONG)

        def write() -> None:
            for number in range(1000):
                file.write(f"{number}\n".encode())

        whole = b"".join(await sent(file, write))
        assert whole.split() == [str(number).encode() for number in range(1000)]
        assert file.size == len(whole)

    asyncio.run(go())


@pytest.mark.parametrize("before", [b"", b"the beginning"])
def test_an_error_of_the_writer_is_raised(before: bytes) -> None:
    async def go() -> None:
        file = Growing(LONG)

        def write() -> None:
            file.write(before)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await sent(file, write)

    asyncio.run(go())


def test_a_reader_that_goes_stops_the_writer() -> None:
    async def go() -> None:
        file, stopped = Growing(LONG), asyncio.Event()
        loop = asyncio.get_running_loop()

        def write() -> None:
            file.write(b"x")
            try:
                while True:
                    # Nothing, so that a writer that nobody stops fills no disk.
                    file.write(b"")
            except Abandoned:
                loop.call_soon_threadsafe(stopped.set)
                raise

        chunks = file.chunks(run, lambda: asyncio.to_thread(write))
        assert (await anext(chunks))[:1] == b"x"
        await chunks.aclose()
        await stopped.wait()

    asyncio.run(go())


def test_it_has_an_end_in_time() -> None:
    async def go() -> None:
        file = Growing(0)
        with pytest.raises(Abandoned):
            await sent(file, lambda: file.write(b"too late"))

    asyncio.run(go())
