"""The Bot API's methods by name, in lower case since their names are case-insensitive."""

import inspect
import time
from typing import Any

from televent.adapters.sandbox.botapi.call import Call, not_found
from televent.adapters.sandbox.botapi.methods import chats, commands, copying, delivery, editing, profile, sending
from televent.adapters.sandbox.botapi.world import World

METHODS = {
    **chats.METHODS,
    **commands.METHODS,
    **copying.METHODS,
    **delivery.METHODS,
    **editing.METHODS,
    **profile.METHODS,
    **sending.METHODS,
}


async def perform(world: World, call: Call) -> Any:
    """Perform the call and return its result. Raises BotApiError."""
    method = METHODS.get(call.method.lower())
    if method is None:
        raise not_found(f"the sandbox has no method {call.method[:64]}")
    chat_id = _chat_id(world, call)
    if chat_id is not None:
        world.pace.check(call.method, chat_id, time.monotonic())
    result = method(world, call)
    return await result if inspect.isawaitable(result) else result


def _chat_id(world: World, call: Call) -> int | None:
    """The id of a known chat that the call names."""
    try:
        chat_id = int(call.fields.get("chat_id", ""))
    except (TypeError, ValueError):
        return None
    return chat_id if chat_id in world.people or chat_id in world.groups else None
