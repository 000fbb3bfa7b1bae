"""The parameters of operations that many share: their descriptions, and the headers of conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from televent.adapters.rest.conditions import MAX_HEADER
from televent.adapters.rest.idempotency import HEADER, PATTERN, takes_key

Json = dict[str, Any]
DESCRIPTIONS: Final = {
    "attachment_id": "The `managed_id` of a file.",
    "before": "The id of the last delivery that is known: those before it.",
    "calendar_id": "The `id` of a calendar.",
    "delivery_id": "The `id` of a delivery.",
    "device_id": "The `id` of a device.",
    "email": "An email address.",
    "event_id": "The `id` of an event.",
    "feed_id": "The `id` of a feed.",
    "key_id": "The `id` of an API key.",
    "limit": "Max items of the answer.",
    "occurrence_id": "The `occurrence_id` of one occurrence of a series.",
    "person_id": "The `person_id` of a share, or of a member of a team calendar.",
    "proposal": "The `id` of a proposal.",
    "session_id": "The `id` of a session.",
    "share_id": "The `id` of a share.",
    "subscription_id": "The `id` of a subscription.",
    "team_id": "The `id` of a team calendar.",
    "user_id": "The `id` of an account.",
    "webhook_id": "The `id` of a webhook.",
}
"""By name, where the handler does not say more."""
TAGS: Final = r'^(\*|(W/)?"[\x21\x23-\x7e]*"(, ?(W/)?"[\x21\x23-\x7e]*")*)$'


def conditions(method: str, operation: Json) -> Iterator[Json]:
    """The headers that an operation reads, by what it answers: 412 needs If-Match, 304 If-None-Match, and 204 beside
    200 comes of Prefer. A POST reads Idempotency-Key where it is no exception."""
    if takes_key(method, operation["operationId"]):
        yield _header(
            HEADER, "A text of your own, such as a UUID. A repeat has the same answer for a day.", PATTERN, 64
        )
    answers = operation["responses"]
    if "412" in answers:
        yield _header("If-Match", "Only where it has one of these ETags; else 412.", TAGS)
    if "304" in answers:
        yield _header("If-None-Match", "The ETags that the client has; 304 where one is right.", TAGS)
    if "200" in answers and "204" in answers:
        yield _header("Prefer", "`return=minimal`: an answer without a body (RFC 7240).", r"^[\x20-\x7e]*$")


def _header(name: str, description: str, pattern: str, longest: int = MAX_HEADER) -> Json:
    schema = {"type": "string", "maxLength": longest, "pattern": pattern}
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}
