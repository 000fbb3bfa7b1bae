"""The problems that this door answers with: their types, their status, and what they mean."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get
from litestar.exceptions import NotFoundException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import Parameter

from televent.adapters.rest.errors import URN, every_problem
from televent.adapters.rest.problems import documented, language, sentence

EXAMPLE = {
    "name": "unknown-calendar",
    "type": f"{URN}unknown-calendar",
    "status": 404,
    "detail": "There is no such calendar.",
}


class ProblemType(msgspec.Struct, frozen=True):
    """One type of problem. ``detail`` is in the language of Accept-Language."""

    name: str
    type: str
    status: int
    detail: str


class ProblemTypes(Controller):
    """The types of problems by name: for programs that show errors, and for people who look a type up."""

    path = "/problems"
    tags = ("Problems",)

    @get(
        "/",
        operation_id="listProblems",
        summary="List the types of problems",
        responses={
            200: ResponseSpec(
                list[ProblemType],
                generate_examples=False,
                description="Every type, sorted by name.",
                examples=[Example(value=[EXAMPLE])],
            ),
            **documented("too-many-requests"),
        },
        sync_to_thread=False,
    )
    def every(self, request: Request[Any, Any, Any]) -> list[ProblemType]:
        """Every type of problem, with its HTTP status and its sentence."""
        spoken = language(request)
        return [_shown(name, status, spoken) for name, status in every_problem().items()]

    @get(
        "/{name:str}",
        operation_id="getProblem",
        summary="Look a type of problem up",
        responses={
            200: ResponseSpec(
                ProblemType, generate_examples=False, description="The type.", examples=[Example(value=EXAMPLE)]
            ),
            **documented("malformed-request", "invalid-request", "no-such-path", "too-many-requests"),
        },
        sync_to_thread=False,
    )
    def one(
        self,
        request: Request[Any, Any, Any],
        name: Annotated[str, Parameter(description="The end of a problem's type, such as `unknown-calendar`.")],
    ) -> ProblemType:
        """The type whose URN ends with this name."""
        status = every_problem().get(name)
        if status is None:
            raise NotFoundException
        return _shown(name, status, language(request))


def _shown(name: str, status: int, spoken: str) -> ProblemType:
    return ProblemType(name, f"{URN}{name}", status, sentence(name, spoken))
