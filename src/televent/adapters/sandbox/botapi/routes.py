"""The Bot API over HTTP: /bot<token>/<method> and /file/bot<token>/<path>."""

import asyncio
import hmac
import json
from collections import deque
from typing import Any

from litestar import MediaType, Request, Response, get, route
from litestar.datastructures import State, UploadFile
from litestar.enums import HttpMethod
from litestar.exceptions import ClientException
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from televent.adapters.sandbox.botapi.call import Call, Upload, not_found
from televent.adapters.sandbox.botapi.errors import BotApiError, bad_request
from televent.adapters.sandbox.botapi.files import MAX_UPLOAD_BYTES
from televent.adapters.sandbox.botapi.methods import perform
from televent.adapters.sandbox.botapi.methods.delivery import Described
from televent.adapters.sandbox.botapi.world import World

Json = dict[str, Any]
HttpRequest = Request[Any, Any, State]

MAX_BODY_BYTES = MAX_UPLOAD_BYTES + 1024 * 1024
"""Max bytes of a request: one file and its form."""
MAX_CALLS = 500
"""Max calls kept for `/sandbox/calls`."""


@route(
    "/{bot:str}/{method:str}",
    http_method=[HttpMethod.GET, HttpMethod.POST],
    request_max_body_size=MAX_BODY_BYTES,
    status_code=200,
)
async def call_method(request: HttpRequest, bot: FromPath[str], method: FromPath[str], state: State) -> Response[Any]:
    """Perform any method of the Bot API."""
    world: World = state.world
    try:
        _check_token(world, bot)
        call = await _read(request, method)
        body = await _answer(world, call, state.calls)
    except AnswerLost:
        return _NoAnswer(None)
    except BotApiError as error:
        if error.page is not None:
            return Response(error.page, status_code=error.status, media_type=MediaType.HTML)
        headers = (
            {"Retry-After": str(error.parameters["retry_after"])} if error.status == 429 and error.parameters else {}
        )
        return Response(error.payload(), status_code=error.status, headers=headers, media_type=MediaType.JSON)
    return Response(body, media_type=MediaType.JSON)


@get("/file/{bot:str}/{path:path}")
async def download(bot: FromPath[str], path: FromPath[str], state: State) -> Response[Any]:
    """The content of the file with this file_path, which getFile gives."""
    world: World = state.world
    try:
        _check_token(world, bot)
        known = world.files.by_path(path.strip("/"))
        content = world.files.content(known["file_id"]) if known else None
        if content is None:
            raise not_found()
    except BotApiError as error:
        return Response(error.payload(), status_code=error.status, media_type=MediaType.JSON)
    return Response(content, media_type="application/octet-stream")


def _check_token(world: World, bot: str) -> None:
    if not bot.startswith("bot"):
        raise not_found()
    if not hmac.compare_digest(bot.removeprefix("bot").encode(), world.config.bot_token.encode()):
        raise BotApiError(401, "Unauthorized")


class AnswerLost(Exception):
    """A fault wants the connection to end without an answer."""


class _Torn(ASGIResponse):
    """An answer that ends before its body: the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})


class _NoAnswer(Response[None]):
    def to_asgi_response(self, *given: Any, **options: Any) -> ASGIResponse:
        return _Torn()


async def _answer(world: World, call: Call, calls: deque[Json]) -> Json:
    fault = world.faults.take(call.method, call.fields.get("chat_id"))
    said = {"method": call.method, "parameters": call.fields, "fault": fault.status if fault else None}
    calls.append({**said, "files": [[upload.name, len(upload.content)] for upload in call.uploads.values()]})
    if fault is None:
        return await _perform(world, call)
    if fault.delay:
        await asyncio.sleep(fault.delay)
    if not fault.status and not fault.lost:
        return await _perform(world, call)
    if fault.performed:
        world.faults.hide(call.method, (await _perform(world, call))["result"])
    if fault.lost:
        raise AnswerLost
    raise fault.error()


async def _perform(world: World, call: Call) -> Json:
    result = await perform(world, call)
    if isinstance(result, Described):
        return {"ok": True, "result": result.result, "description": result.description}
    return {"ok": True, "result": result}


async def _read(request: HttpRequest, method: str) -> Call:
    fields: Json = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            body = json.loads(await request.body() or b"{}")
        except (ValueError, RecursionError):
            raise bad_request("can't parse JSON object") from None
        if not isinstance(body, dict):
            raise bad_request("expected a JSON object")
        fields |= body
    elif kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        try:
            form = await request.form()
        except (ClientException, ValueError):
            raise bad_request("can't parse the form") from None
        for name, value in form.items():
            if isinstance(value, UploadFile):
                content = await value.read()
                uploads[name] = Upload(value.filename, value.content_type or "application/octet-stream", content)
            else:
                fields[name] = value
    return Call(method, fields, uploads)
