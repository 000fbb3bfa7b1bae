"""Requests that come twice: with an Idempotency-Key the second one gets the answer of the first (ADR 85)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from typing import Annotated, Any
from uuid import uuid5

from litestar import Request, Response
from litestar.params import HeaderParameter

from televent.adapters.rest.events.event_answers import Answer
from televent.adapters.rest.problems import KeyReused
from televent.adapters.rest.signing_in.auth import Auth
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.kept_answers import KeptAnswer
from televent.domain.ids import AccountId

Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=64,
        pattern=r"^[\x21-\x7e]+$",
        description="A text of your own, such as a UUID. The same request with it has the same answer for a day.",
    ),
]
Act = Callable[[Backend, Context], Answer]


async def once(request: Request[Any, Any, Any], tenant: AccountId, key: str | None, act: Act) -> Response[Any]:
    """The answer of ``act``, which runs in a thread; of a request that came before with that key, its answer.

    Raises KeyReused for another request with the key, and what ``act`` raises.
    """
    auth: Auth = request.app.state.auth
    context = auth.context(request, tenant)
    if key is None:
        return (await auth.run(act, auth.backend, context)).sent()
    said = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + await request.body()
    return (await auth.run(_answer, auth.backend, context, key, hashlib.sha256(said).digest(), act)).sent()


def _answer(backend: Backend, context: Context, key: str, request: bytes, act: Act) -> Answer:
    kept = backend.kept_answers.claim(context.tenant, key, request, context.now)
    if kept is not None and kept.request != request:
        raise KeyReused
    if kept is not None and kept.status:
        return Answer(kept.status, kept.body, {**kept.headers, "idempotency-replayed": "true"})
    # The same id for each repeat: after a crash before the answer was kept, nothing is done a second time. Once the key
    # is forgotten, the same request is another one.
    first = kept.made_at if kept is not None else context.now
    name = f"{key}/{request.hex()}/{first.astimezone(UTC).isoformat()}"
    answer = act(backend, replace(context, command_id=uuid5(context.tenant, name)))
    done = KeptAnswer(request, first, answer.status, answer.headers, answer.body)
    backend.kept_answers.keep(context.tenant, key, done)
    return answer
