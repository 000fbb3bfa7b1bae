"""The OpenAPI document without a server, and what tests need of it."""

from __future__ import annotations

from typing import Any, cast

from televent.adapters.rest.app import rest_door
from televent.adapters.rest.contract.document import contract_of
from televent.runtime.compose import now


async def _admit(_: object) -> float:
    return 0.0


def the_contract() -> Any:
    """The document. Nobody is signed in to make it, so no database is there."""
    return contract_of(rest_door(now, _admit, cast(Any, None)))
