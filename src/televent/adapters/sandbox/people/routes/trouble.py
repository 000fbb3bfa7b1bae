"""Trouble on request: faults of calls, Telegram's limits, and what the bot has called."""

from dataclasses import asdict
from typing import Any, TypeVar

import msgspec
from litestar import delete, get, post
from litestar.datastructures import State
from litestar.params import JSONBody

from televent.adapters.sandbox.botapi.trouble.faults import KINDS, Fault
from televent.adapters.sandbox.botapi.world import World
from televent.adapters.sandbox.config import Limits
from televent.adapters.sandbox.people.cannot import CannotDo
from televent.adapters.sandbox.people.routes.waiting import MAX_WAIT

Json = dict[str, Any]

_Shape = TypeVar("_Shape")
MAX_FAULTS = 1_000
"""Max faults that wait."""


@post("/sandbox/faults")
async def order_fault(data: JSONBody[Json], state: State) -> Json:
    """Order a fault for the next calls of the bot; `Fault` has the fields. `kind` gives them a name."""
    world: World = state.world
    kind = data.get("kind", "")
    if kind and kind != "storm" and kind not in KINDS:
        raise CannotDo(f"kind is storm or one of {', '.join(KINDS)}", 400)
    fault = _read({**KINDS.get(kind, {}), **data}, Fault)
    if kind != "storm" and not 400 <= fault.status < 600 and not (fault.status == 0 and (fault.lost or fault.delay)):
        raise CannotDo("status must be 400 to 599, or 0 with lost or delay", 400)
    if (fault.times is not None and fault.times < 1) or not 0 <= fault.delay <= MAX_WAIT or not 0 < fault.share <= 1:
        raise CannotDo(f"times is at least 1, delay 0 to {MAX_WAIT:g}, share above 0 and at most 1", 400)
    if len(world.faults.orders) >= MAX_FAULTS:
        raise CannotDo(f"there are already {MAX_FAULTS} faults")
    world.faults.order(fault)
    return {"ordered": len(world.faults.orders)}


@get("/sandbox/faults")
async def read_faults(state: State) -> Json:
    """The faults that wait, how many calls were met, and the deliveries that were done and hidden from the bot."""
    world: World = state.world
    return world.faults.report()


@delete("/sandbox/faults", status_code=200)
async def forget_faults(state: State) -> Json:
    """Forget the ordered faults. The counts of met calls and hidden deliveries stay."""
    world: World = state.world
    world.faults.forget()
    return {"ordered": 0}


@post("/sandbox/limits")
async def set_limits(data: JSONBody[Json], state: State) -> Json:
    """Refuse messages beyond Telegram's limits from now on; `Limits` has the fields."""
    world: World = state.world
    limits = _read(data, Limits)
    if min(asdict(limits).values()) <= 0 or limits.in_all > 1_000 or limits.per_group > 1_000:
        raise CannotDo("limits are above 0, in_all and per_group at most 1000", 400)
    world.pace.limits = limits
    return world.pace.report()


@get("/sandbox/limits")
async def read_limits(state: State) -> Json:
    """The limits, the counted messages, and how many calls each limit refused."""
    world: World = state.world
    return world.pace.report()


@delete("/sandbox/limits", status_code=200)
async def lift_limits(state: State) -> Json:
    """Refuse no message for its pace."""
    world: World = state.world
    world.pace.limits = None
    return world.pace.report()


@get("/sandbox/calls")
async def read_calls(state: State) -> list[Json]:
    """The latest calls of the bot, getUpdates included, oldest first."""
    return list(state.calls)


def _read(data: Json, shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError as error:
        raise CannotDo(str(error), 400) from None


ROUTES = [order_fault, read_faults, forget_faults, set_limits, read_limits, lift_limits, read_calls]
