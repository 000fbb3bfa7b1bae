"""The Bot API's methods by name, in lower case since their names are case-insensitive."""

import inspect
from typing import Any

from televent.adapters.sandbox.botapi.call import Call, not_found
from televent.adapters.sandbox.botapi.methods import delivery, editing, profile, sending
from televent.adapters.sandbox.botapi.world import World

METHODS = {**delivery.METHODS, **editing.METHODS, **profile.METHODS, **sending.METHODS}


async def perform(world: World, call: Call) -> Any:
    """Perform the call and return its result. Raises BotApiError."""
    method = METHODS.get(call.method.lower())
    if method is None:
        raise not_found(f"the sandbox has no method {call.method[:64]}")
    result = method(world, call)
    return await result if inspect.isawaitable(result) else result
