"""Faults that a test orders for calls of the bot: refusals, answers that are lost, slow answers."""

import random
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from televent.adapters.sandbox.botapi.errors import QUERY_TOO_OLD, TERMINATED, BotApiError

Json = dict[str, Any]

MAX_HIDDEN = 10_000
"""Max hidden deliveries that are listed; the number counts on."""
_SENTENCES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: TERMINATED,
    429: "Too Many Requests: retry after {retry_after}",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
KINDS: dict[str, Json] = {
    "flood": {"status": 429},
    "bad_gateway": {"status": 502},
    "timeout_before": {"lost": True},
    "timeout_after": {"lost": True, "performed": True},
    "slow": {"delay": 1.0},
    "blocked": {"status": 403},
    "deactivated": {"status": 403, "description": "Forbidden: user is deactivated"},
    "kicked": {"status": 403, "description": "Forbidden: bot was kicked from the supergroup chat"},
    "too_old": {"method": "answerCallbackQuery", "status": 400, "description": f"Bad Request: {QUERY_TOO_OLD}"},
    "gone": {"method": "editMessageText", "status": 400, "description": "Bad Request: message to edit not found"},
}
"""Names for common faults, with the fields of `Fault` that they mean."""
STORM = ("flood", "bad_gateway", "timeout_before", "timeout_after")
"""The kinds of a fault with the name "storm": each call that it meets gets one of them by chance."""


@dataclass(slots=True)
class Fault:
    """Disturb calls of `method` ("*" for any but getUpdates), optionally only those for one chat.

    The call is refused with `status`; or `lost`: the connection ends without an answer; or neither: it is only slow.
    With `performed` a refused or lost call takes effect all the same. `delay` and `retry_after` are in seconds. `page`
    is sent in place of JSON, as a proxy in front of the Bot API does.

    `share` is the part of the matching calls that is met, between 0 and 1, drawn from `seed`. `times`: so many calls;
    None means one, or every call until the fault is forgotten where `share` is below 1. `kind` is a name of KINDS, or
    "storm".
    """

    status: int = 0
    method: str = "*"
    times: int | None = None
    chat_id: int | None = None
    retry_after: int | None = None
    description: str | None = None
    performed: bool = False
    lost: bool = False
    delay: float = 0.0
    page: str | None = None
    share: float = 1.0
    seed: int = 0
    kind: str = ""

    def error(self) -> BotApiError:
        """The refusal that the bot sees."""
        retry_after = self.retry_after or 1
        sentence = self.description or _SENTENCES.get(self.status, "Error").format(retry_after=retry_after)
        parameters = {"retry_after": retry_after} if self.status == 429 else None
        return BotApiError(self.status, sentence, parameters, self.page)

    def matches(self, method: str, chat_id: Any) -> bool:
        """Whether the fault is for calls of this method to this chat."""
        if self.method.lower() != method.lower() and (self.method != "*" or method.lower() == "getupdates"):
            return False
        return self.chat_id is None or str(chat_id) == str(self.chat_id)


@dataclass(slots=True)
class _Order:
    fault: Fault
    left: int | None
    chance: random.Random

    def draw(self) -> Fault | None:
        """The fault for the next matching call, or None where chance spares it."""
        if self.fault.share < 1 and self.chance.random() >= self.fault.share:
            return None
        if self.left is not None:
            self.left -= 1
        if self.fault.kind != "storm":
            return self.fault
        kind = self.chance.choice(STORM)
        return Fault(**{**KINDS[kind], "kind": kind, "retry_after": self.fault.retry_after})


@dataclass(slots=True)
class Faults:
    """The ordered faults, oldest first; how many calls they met; and the deliveries that the bot never heard of."""

    orders: list[_Order] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    hidden: deque[Json] = field(default_factory=lambda: deque(maxlen=MAX_HIDDEN))
    hidden_count: int = 0

    def order(self, fault: Fault) -> None:
        """Disturb later calls so."""
        left = fault.times if fault.times is not None or fault.share < 1 else 1
        self.orders.append(_Order(fault, left, random.Random(fault.seed)))

    def take(self, method: str, chat_id: Any) -> Fault | None:
        """The first fault that meets this call, or None."""
        for order in [order for order in self.orders if order.fault.matches(method, chat_id)]:
            fault = order.draw()
            if order.left is not None and order.left <= 0:
                self.orders.remove(order)
            if fault is not None:
                self.met[fault.kind or str(fault.status or ("lost" if fault.lost else "slow"))] += 1
                return fault
        return None

    def hide(self, method: str, result: Any) -> None:
        """Note that a call took effect and its caller was not told: a sent message may come a second time."""
        name = method.lower()
        if name.startswith(("send", "copy", "forward")) and isinstance(result, dict):
            self.hidden_count += 1
            chat_id = result.get("chat", {}).get("id")
            self.hidden.append({"method": method, "chat_id": chat_id, "message_id": result.get("message_id")})

    def forget(self) -> None:
        """Disturb no call from now on. The counts stay."""
        self.orders.clear()

    def report(self) -> Json:
        """The faults that wait, the number of calls met by kind, and the hidden deliveries."""
        orders = [{"method": o.fault.method, "kind": o.fault.kind, "left": o.left} for o in self.orders]
        return {
            "ordered": len(self.orders),
            "orders": orders,
            "met": dict(self.met),
            "hidden": self.hidden_count,
            "hidden_deliveries": list(self.hidden),
        }
