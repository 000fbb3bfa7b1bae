"""Each operation of the OpenAPI document by each role, over real sockets: it gets what the role may have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from support.contract import the_contract
from support.contract_roles import (
    EXPIRED,
    NOBODY,
    OWNER,
    PEOPLE,
    READER,
    REFUSED,
    REVOKED,
    STRANGER,
    WRITER,
    WRONG_SCOPE,
    Cast,
    cast_of,
)  # fmt: skip
from support.contract_stage import EMAIL, OTHER, Stage, staged
from support.dav import Site
from support.rest import Reply
from televent.adapters.rest.contract.document import operations
from televent.adapters.rest.contract.request_examples import REQUESTS

CLASSES = {
    # Nobody signs in; everybody gets the same.
    "open": """forgotPassword getProblem getPublicProfile listEventTypes listProblems login loginByTelegram
        refreshToken register resendCode resetPassword verifyRegistration""",
    # Each person has these of their own.
    "own": """askForExport askFreeBusy boot changeMe changePassword createCalendar createEvent createKey
        createSubscription createTeamCalendar createWebhook exportCalendars fetchExport getExport getMe getMyHistory
        importFile keepMe leave linkTelegram listCalendars listChanges listEvents listKeys listOffers listSessions
        listSubscriptions listTeamCalendars listTrash listWebhooks logout parseSentence searchEvents
        unlinkTelegram upcomingEvents""",
    # It is the owner's alone, also where a calendar is shared.
    "private": """addAddress addDevice answerInvitation answerShare changeWebhook createFeed
        deleteFeed deleteSubscription deleteWebhook endSession getWebhook listAddresses listDeliveries
        listDevices listFeeds listShares preferAddress proposeTime readHistory refreshSubscription removeAddress
        replayDelivery restoreEvent revokeDevice revokeKey rotateWebhookSecret shareCalendar testWebhook undoChange
        verifyAddress withdrawShare""",
    "read": """expandSeries exportEvent fetchAttachment getCalendar getEvent getOccurrence getTeamCalendar
        listAttachments listProposals""",
    # A member of a team calendar reads it; its managers change it.
    "managed": "addTeamMember changeTeamCalendar changeTeamMember deleteTeamCalendar removeTeamMember",
    "write": """acceptProposal addAttachment addAttendees changeEvent changeOccurrence declineProposal deleteEvent
        deleteOccurrence moveEvent putEvent putRecurrence removeAttachment removeAttendee""",
    # A copy would be the owner's too, so no sharee makes one.
    "copy": "duplicateEvent",
    # A sharee changes, or leaves, their own side of the share.
    "own side": "changeCalendar deleteCalendar",
    # Its answer has no end: tests/rest/test_rest_live_guards.py.
    "stream": "streamChanges",
}
ALLOWED, HIDDEN, FORBIDDEN = "allowed", 404, 403
EXPECTED: dict[str, dict[str, str | int]] = {
    "own": {STRANGER: ALLOWED, READER: ALLOWED, WRITER: ALLOWED, OWNER: ALLOWED},
    "private": {STRANGER: HIDDEN, READER: HIDDEN, WRITER: HIDDEN, OWNER: ALLOWED},
    "read": {STRANGER: HIDDEN, READER: ALLOWED, WRITER: ALLOWED, OWNER: ALLOWED},
    "write": {STRANGER: HIDDEN, READER: FORBIDDEN, WRITER: ALLOWED, OWNER: ALLOWED},
    "managed": {STRANGER: HIDDEN, READER: FORBIDDEN, WRITER: FORBIDDEN, OWNER: ALLOWED},
    "copy": {STRANGER: HIDDEN, READER: FORBIDDEN, WRITER: FORBIDDEN, OWNER: ALLOWED},
    "own side": {STRANGER: HIDDEN, READER: ALLOWED, WRITER: ALLOWED, OWNER: ALLOWED},
}
SAID_INSTEAD = {
    # A sharee who may write has answered it just before.
    "acceptProposal": "proposal-is-answered",
    "answerInvitation": "not-invited",
    "declineProposal": "proposal-is-answered",
    "linkTelegram": "not-signed-in",
    "proposeTime": "own-meeting",
    "undoChange": "changed-again",
    # A sharee who may write took it away just before.
    "removeAttachment": "unknown-managed-id",
    "deleteEvent": "unknown-resource",
    "deleteOccurrence": "unknown-occurrence-id",
    "removeAttendee": "not-invited",
}
"""The problems of operations that a role may ask, where the state or a proof is not there."""
EARLY = ("askForExport", "acceptProposal")
LATE = ("deleteEvent", "deleteCalendar", "leave", "changePassword", "logout")
QUERIES = {"addAttachment": "?name=plan.txt", "expandSeries": "?event_id={event_id}", "searchEvents": "?q=stand-up"}


@dataclass
class Row:
    """The answer that each role got."""

    name: str
    kind: str
    replies: dict[str, Reply]


def class_of(name: str) -> str:
    """The class of an operation; fails where nobody has decided who may do it."""
    found = [kind for kind, names in CLASSES.items() if name in names.split()]
    assert len(found) == 1, f"{name} is in the classes {found}: put it in one"
    return found[0]


def body_of(name: str, role: str, cast: Cast) -> Any:
    """The body that a role sends."""
    if name == "moveEvent":
        return {"calendar_id": cast.stage.ids["calendar_id"] if role in (OWNER, WRITER) else cast.own_calendar(role)}
    if name == "createTeamCalendar":
        return {"name": "Design"}
    if name == "addAttachment":
        return "the file"
    return REQUESTS.get(name)


def asked(stage: Stage, cast: Cast) -> Iterator[Row]:
    """Each operation by each role. Those that take something away are last."""

    def turn(found: tuple[str, str, Any]) -> tuple[Any, ...]:
        path, method, operation = found
        name = operation["operationId"]
        return (name not in EARLY, LATE.index(name) if name in LATE else -1, method == "delete", -len(path))

    for path, method, operation in sorted(operations(the_contract()), key=turn):
        name = operation["operationId"]
        kind = class_of(name)
        if kind == "stream":
            continue
        place = path + QUERIES.get(name, "")
        if name == "removeAttendee":
            place = place.replace("{email}", OTHER)
        for key, value in stage.ids.items():
            place = place.replace(f"{{{key}}}", value)
        scope = operation["security"][0]["token"][0] if operation["security"] else ""
        replies = {
            role: cast.ask(role, method, place, body_of(name, role, cast), scope) for role in (*REFUSED, *PEOPLE)
        }
        yield Row(name, kind, replies)


@pytest.fixture(scope="module")
def names() -> list[str]:
    return [operation["operationId"] for _, _, operation in operations(the_contract())]


def test_every_operation_has_a_class_and_no_class_has_another(names: list[str]) -> None:
    assert {name: class_of(name) for name in names}.keys() == set(names)
    assert sorted(name for each in CLASSES.values() for name in each.split()) == sorted(names)


def test_each_role_may_do_what_its_row_says(site: Site) -> None:
    stage = staged(site)
    cast = cast_of(stage)
    secrets = [value for key, value in stage.ids.items() if key.endswith("_id") and key != "occurrence_id"]
    wrong = []
    for row in asked(stage, cast):
        if row.kind == "open":
            found = {(reply.status, reply.status >= 400 and reply.problem()) for reply in row.replies.values()}
            if len(found) != 1:
                wrong.append(f"{row.name}: not the same for all: {found}")
            continue
        for role in (REVOKED, EXPIRED, NOBODY):
            if row.replies[role].status != 401 or row.replies[role].problem() != "not-signed-in":
                wrong.append(f"{row.name}: {role} got {row.replies[role].status}")
        if row.replies[WRONG_SCOPE].status != 403 or row.replies[WRONG_SCOPE].problem() != "wrong-scope":
            wrong.append(f"{row.name}: {WRONG_SCOPE} got {row.replies[WRONG_SCOPE].status}")
        for role, right in EXPECTED[row.kind].items():
            reply = row.replies[role]
            problem = reply.problem() if reply.status >= 400 else ""
            instead = right == ALLOWED and problem == SAID_INSTEAD.get(row.name)
            if not (instead or reply.status == right or (right == ALLOWED and reply.status < 300)):
                wrong.append(f"{row.name}: {role} got {reply.status} {problem} instead of {right}")
        shown = [secret for secret in (*secrets, EMAIL, "Stand-up") if secret in row.replies[STRANGER].body]
        if shown:
            wrong.append(f"{row.name}: a stranger sees {shown}")
    assert wrong == [], "\n".join(wrong)
