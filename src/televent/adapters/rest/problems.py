"""Problem details (RFC 9457): every error of the REST door as JSON that programs and people can read."""

from __future__ import annotations

import math
import re
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example

from televent.adapters.rest.errors import (
    CROSS_SITE,
    INTERNAL,
    INVALID,
    KEY_BUSY,
    KEY_REUSED,
    NOT_SIGNED_IN,
    OUTAGES,
    STATUSES,
    TABLE,
    URN,
    WRONG_SCOPE,
    name_of,
    of_status,
)
from televent.application.outage import Outage
from televent.application.refusals import TextTooLong, TooManyCodes, TryAgain
from televent.domain.refusal import Refusal
from televent.wording.accepted import language_of
from televent.wording.texts import text_of

log = structlog.get_logger("televent.rest")

MEDIA_TYPE: Final = "application/problem+json"
AGAIN: Final = 1
"""Seconds in Retry-After where a change came between too often."""
MAX_ERRORS: Final = 20
"""Max wrong values that one answer names."""


class WrongValue(msgspec.Struct, frozen=True):
    """One value that is not valid. ``name``: the parameter, or the path of the field in the body."""

    name: str
    detail: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a request has no result (RFC 9457 §3.1). ``type`` never changes; ``detail`` is for people, in their language.

    ``request_id`` finds the request in the server's log.
    """

    type: str
    title: str
    status: int
    detail: str
    request_id: str = ""
    errors: tuple[WrongValue, ...] = ()


class TooManyRequests(Exception):
    """The client has used up its share. ``seconds``: when it may come again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class NotSignedIn(Exception):
    """The request has no access token or API key that counts."""


class CrossSite(Exception):
    """A browser sent the cookies of a session with a request that no page of ours made."""


class WrongScope(Exception):
    """The API key of the request does not have the scope of the operation."""


class KeyReused(Exception):
    """The Idempotency-Key was used for another request."""


class KeyBusy(Exception):
    """The first request with the Idempotency-Key has no answer yet."""


def sentence(name: str, language: str) -> str:
    """The meaning of a problem, for people in that language. Raises KeyError for an unknown name."""
    return text_of("televent.adapters.rest", language, f"problem-{name}")


def documented(*names: str) -> dict[int, ResponseSpec]:
    """The answers of an operation that has these problems, for its ``responses``. One for signed-in people can have the
    wrong scope, come with cookies from another site, or have a text in its URL that cannot be stored."""
    if NOT_SIGNED_IN in names:
        names = (*names, WRONG_SCOPE, CROSS_SITE, INVALID)
    statuses = {name: status_of(name) for name in dict.fromkeys(names)}
    return {
        status: ResponseSpec(
            Problem,
            generate_examples=False,
            media_type=MEDIA_TYPE,
            description=" ".join(_english()[name] for name in statuses if statuses[name] == status),
            examples=[
                Example(id=name, summary=name, value=msgspec.to_builtins(example_of(name)))
                for name in statuses
                if statuses[name] == status
            ],
        )
        for status in sorted(set(statuses.values()))
    }


def of_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """The answer to an error of the framework, such as an unknown path or a value of a wrong type."""
    if isinstance(error, ValidationException):
        return _answer(request, INVALID, errors=_wrong(error))
    return _answer(request, of_status(error.status_code), headers=dict(error.headers or {}))


def of_refusal(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Problem]:
    """The answer to a refusal, by TABLE."""
    headers = {}
    if isinstance(refusal, TextTooLong):
        detail = f"At most {refusal.limit} characters, and these are {refusal.length}."
        return _answer(request, name_of(type(refusal)), errors=(WrongValue(refusal.field.lower(), detail),))
    if isinstance(refusal, TooManyCodes):
        wait = (refusal.until - request.app.state.clock()).total_seconds()
        headers["retry-after"] = _seconds(wait)
    elif isinstance(refusal, TryAgain):
        headers["retry-after"] = _seconds(AGAIN)
    return _answer(request, name_of(type(refusal)), headers=headers)


def of_outage(request: Request[Any, Any, Any], outage: Outage) -> Response[Problem]:
    """The answer to an outage. Its message is for the operator, and stands in the log only."""
    log.warning("request not answered", method=request.method, outage=outage.name, error=str(outage))
    return _answer(request, OUTAGES[type(outage)], headers={"retry-after": _seconds(outage.retry_after)})


def of_limit(request: Request[Any, Any, Any], error: TooManyRequests) -> Response[Problem]:
    """The answer to a client that asks too often (RFC 6585 §4)."""
    return _answer(request, "too-many-requests", headers={"retry-after": _seconds(error.seconds)})


def of_stranger(request: Request[Any, Any, Any], _: NotSignedIn) -> Response[Problem]:
    """The answer to a request without a valid access token (RFC 6750 §3)."""
    return _answer(request, NOT_SIGNED_IN, headers={"www-authenticate": 'Bearer realm="Televent"'})


def of_scope(request: Request[Any, Any, Any], _: WrongScope) -> Response[Problem]:
    """The answer to an API key that may not do that (RFC 6750 §3.1)."""
    challenge = 'Bearer realm="Televent", error="insufficient_scope"'
    return _answer(request, WRONG_SCOPE, headers={"www-authenticate": challenge})


def of_cross_site(request: Request[Any, Any, Any], _: CrossSite) -> Response[Problem]:
    """The answer to a page of another site that uses the cookies of this one."""
    return _answer(request, CROSS_SITE)


def of_reuse(request: Request[Any, Any, Any], _: KeyReused) -> Response[Problem]:
    """The answer to another request with a key that was used."""
    return _answer(request, KEY_REUSED)


def of_busy_key(request: Request[Any, Any, Any], _: KeyBusy) -> Response[Problem]:
    """The answer to a repeat that comes while the first request is at work."""
    return _answer(request, KEY_BUSY, headers={"retry-after": "1"})


def of_defect(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """The answer where the program is wrong. The log has the traceback; the answer tells nothing about it."""
    log.error("request failed", method=request.method, exc_info=error)
    return _answer(request, INTERNAL)


def language(request: Request[Any, Any, Any]) -> str:
    """The language that the client asks for."""
    return language_of(request.headers.get("accept-language", ""))


def _answer(
    request: Request[Any, Any, Any],
    name: str,
    *,
    headers: dict[str, str] | None = None,
    errors: tuple[WrongValue, ...] = (),
) -> Response[Problem]:
    request_id = str(request.scope.get("state", {}).get("request_id", ""))
    spoken = language(request)
    problem = _problem(name, sentence(name, spoken), request_id, errors)
    sent = {"cache-control": "no-store", "content-language": spoken, "vary": "Accept-Language", **(headers or {})}
    return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=sent)


def _problem(name: str, detail: str, request_id: str, errors: tuple[WrongValue, ...] = ()) -> Problem:
    title = name.replace("-", " ").capitalize()
    return Problem(f"{URN}{name}", title, status_of(name), detail, request_id, errors)


def example_of(name: str) -> Problem:
    """A problem as the documentation shows it. Raises KeyError for an unknown name."""
    return _problem(name, _english()[name], "0d4c7be2f5a14b0f8a6d0f1b8f1f8a52")


@cache
def _english() -> dict[str, str]:
    """The English sentence of each problem. The document needs them at the start of the process, for which the library
    of texts takes too long."""
    text = files("televent.adapters.rest").joinpath("locales", "en", "problems.ftl").read_text("utf-8")
    return dict(re.findall(r"^problem-([a-z-]+) = (.+)$", text, re.MULTILINE))


def status_of(name: str) -> int:
    """The status of a problem by its name. Raises KeyError."""
    return STATUSES[name] if name in STATUSES else _REFUSED[name]


def _wrong(error: ValidationException) -> tuple[WrongValue, ...]:
    """The values that the framework names. It does not repeat the values themselves, which may be secrets."""
    found = error.extra if isinstance(error.extra, list) else []
    rows = [each for each in found if isinstance(each, dict)]
    return tuple(WrongValue(str(row.get("key", "")), str(row.get("message", ""))) for row in rows[:MAX_ERRORS])


def _seconds(seconds: float) -> str:
    return str(max(1, math.ceil(seconds)))


_REFUSED: Final = {name_of(refusal): status for refusal, status in TABLE.items()}
