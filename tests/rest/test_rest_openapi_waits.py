"""The OpenAPI document is made by a thread, once, while other requests are answered."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from support.dav import Site
from support.rest import Reply, call, served
from support.waiting import NET
from televent.adapters.rest.app import rest_door
from televent.adapters.rest.contract.document import json_of
from televent.runtime.api import rest_auth

T = TypeVar("T")


@dataclass
class Gate:
    """Calls functions in threads, the maker of the document only once the gate is open."""

    threads: ThreadPoolExecutor
    entered: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)
    made: list[object] = field(default_factory=list)

    def __call__(self, function: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self.threads, self._call, function, args)

    def _call(self, function: Callable[..., T], args: tuple[Any, ...]) -> T:
        if function is json_of:
            self.made.append(threading.current_thread())
            self.entered.set()
            assert self.opened.wait(NET)
        return function(*args)


async def admitted(_: object) -> float:
    return 0.0


def test_other_requests_are_answered_while_the_document_is_made(module_site: Site) -> None:
    core = module_site.core
    with ThreadPoolExecutor(4) as threads, ThreadPoolExecutor(4) as clients:
        gate = Gate(threads)
        auth = replace(rest_auth(core, admitted, limited=False), run=gate)
        with served(rest_door(core.backend.clock, admitted, auth)) as port:

            def ask(path: str) -> Future[Reply]:
                return clients.submit(call, port, "GET", f"/api{path}")

            first = ask("/openapi.json")
            try:
                assert gate.entered.wait(NET)
                assert ask("/problems").result(NET).status == 200
                second = ask("/openapi.json")
                assert not first.done()
            finally:
                gate.opened.set()
            replies = [each.result(NET) for each in (first, second, ask("/openapi.json"))]
    assert [each.status for each in replies] == [200] * 3
    assert len({each.body for each in replies}) == len(gate.made) == 1
    assert replies[0].headers["content-type"] == "application/vnd.oai.openapi+json"
    assert replies[0].json["openapi"].startswith("3.1")
    assert call(module_site.port, "GET", "/api/openapi.json").json["paths"] == replies[0].json["paths"]
    assert call(module_site.port, "GET", "/api/openapi.json/nowhere").status == 404
    assert call(module_site.port, "POST", "/api/openapi.json").status == 405
