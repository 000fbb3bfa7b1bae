"""A question as the recipe in CONTRIBUTING says: which events does each account have, with which titles?"""

from typing import Any

from televent.application.event_store.envelope import Envelope
from televent.application.followers import Delete, Insert, Projection, RowWrite, Update
from televent.domain.calendar_object.events import EventCreated, EventDeleted, EventRescheduled, EventRevised

DDL = """
    CREATE TABLE title (
        tenant_id uuid NOT NULL, stream_id uuid NOT NULL, summary text NOT NULL, version integer NOT NULL,
        PRIMARY KEY (tenant_id, stream_id)
    )"""


def fold(fact: Any, envelope: Envelope) -> list[RowWrite]:
    """Inserts the row of a new event, updates that of a changed one, deletes that of a deleted one."""
    key = {"tenant_id": envelope.tenant, "stream_id": envelope.key.stream}
    match fact:
        case EventCreated():
            return [Insert("title", {**key, "summary": fact.outline.summary, "version": envelope.version})]
        case EventRevised() | EventRescheduled():
            return [Update("title", key, {"summary": fact.outline.summary, "version": envelope.version})]
        case EventDeleted():
            return [Delete("title", key)]
        case _:
            return []


TITLES = Projection("titles", {"title": ("tenant_id", "stream_id")}, fold)
