"""Stored messages are read for ever: every name has its golden files, and every golden file loads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from televent.application.messages.catalogue import (
    CATALOGUE,
    NAMES,
    UPCASTERS,
    Catalogue,
    UnknownMessage,
    UnreadableMessage,
)
from televent.application.messages.chat import AnswerNotice, ChatText, InvitationCard
from televent.application.messages.message import Message
from televent.application.messages.push import PushDue

FILES = sorted((Path(__file__).parents[2] / "golden" / "messages").glob("*.json"))
STREAM = UUID(int=4)


class Named(Message, frozen=True):
    """The oldest shape of a message made up for these tests."""

    name: str


class Titled(Message, frozen=True):
    """The next shape."""

    title: str


class Placed(Message, frozen=True):
    """The shape of today."""

    title: str
    place: str


def titled(fields: dict[str, Any]) -> dict[str, Any]:
    return {"title": fields["name"]}


def placed(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "place": "nowhere"}


STEPS = {"x/1": ("x/2", titled), "x/2": ("x/3", placed)}
TODAY = Catalogue({"x/3": Placed}, STEPS)


def golden(path: Path) -> tuple[str, dict[str, Any]]:
    loaded = json.loads(path.read_text())
    return loaded["name"], loaded["fields"]


def test_every_stored_name_has_its_golden_file() -> None:
    assert {golden(path)[0] for path in FILES} == {*NAMES, *UPCASTERS} == set(CATALOGUE.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_file_loads_and_is_written_again_as_it_was(path: Path) -> None:
    name, fields = golden(path)
    message = CATALOGUE.decode(name, json.dumps(fields))
    if name not in UPCASTERS:
        again, text = CATALOGUE.encode(message)
        assert (again, json.loads(text)) == (name, fields)


@pytest.mark.parametrize(
    "path", [each for each in FILES if golden(each)[0] not in UPCASTERS], ids=lambda path: path.stem
)
def test_a_field_too_many_or_too_few_is_refused(path: Path) -> None:
    name, fields = golden(path)
    with pytest.raises(UnreadableMessage, match="unknown field `surprise`"):
        CATALOGUE.decode(name, json.dumps({**fields, "surprise": 1}))
    first = next(iter(fields))
    with pytest.raises(UnreadableMessage, match=f"missing required field `{first}`"):
        CATALOGUE.decode(name, json.dumps({each: value for each, value in fields.items() if each != first}))


def test_an_old_name_is_brought_up_to_date_step_by_step() -> None:
    assert TODAY.decode("x/1", '{"name": "Lunch"}') == Placed("Lunch", "nowhere")
    assert TODAY.decode("x/2", '{"title": "Lunch"}') == Placed("Lunch", "nowhere")
    assert TODAY.decode("x/3", '{"title": "Lunch", "place": "Bar"}') == Placed("Lunch", "Bar")
    assert TODAY.encode(Placed("Lunch", "Bar")) == ("x/3", '{"title":"Lunch","place":"Bar"}')


def test_a_worker_asks_for_the_older_names_of_a_class_too() -> None:
    assert TODAY.names_of([Placed]) == TODAY.names == ("x/1", "x/2", "x/3")
    assert CATALOGUE.names_of([PushDue]) == ("push/1",)
    with pytest.raises(UnknownMessage, match="Titled"):
        TODAY.names_of([Titled])


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("x/4", "{}", "x/4 is not known"),
        ("x/1", '{"title": "Lunch"}', "x/1 cannot be read: KeyError: 'name'"),
        ("x/2", '{"title": 7}', r"x/2 cannot be read: ValidationError: Expected `str`, got `int` - at `\$.title`"),
        ("x/3", '["Lunch", "Bar"]', "x/3 cannot be read"),
        ("x/3", "null", "x/3 cannot be read"),
        ("x/2", "{", "x/2 cannot be read"),
    ],
)
def test_another_shape_than_promised_is_one_kind_of_error(name: str, text: str, reason: str) -> None:
    with pytest.raises(UnreadableMessage, match=reason):
        TODAY.decode(name, text)


def test_a_class_that_is_in_no_catalogue_is_not_written() -> None:
    with pytest.raises(UnknownMessage, match="Titled"):
        CATALOGUE.encode(Titled("Lunch"))


def test_a_catalogue_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="two stored names"):
        Catalogue({"x/1": Named, "y/1": Named}, {})
    with pytest.raises(ValueError, match="lead to x/3"):
        Catalogue({"x/2": Titled}, STEPS)
    with pytest.raises(ValueError, match="lead to"):
        Catalogue({"x/3": Placed}, {"x/1": ("x/2", titled), "x/2": ("x/1", titled)})


@pytest.mark.parametrize(
    ("said", "stored"),
    [("a\0b", "ab"), ("\0\0", ""), ("\\u0000", "\\u0000"), ("\\\0\\\\u0000", "\\\\\\u0000"), ('"\0\n', '"\n')],
)
def test_a_text_is_kept_but_for_what_the_database_cannot_hold(said: str, stored: str) -> None:
    name, text = CATALOGUE.encode(ChatText("party-crasher", {"summary": said}))
    assert CATALOGUE.decode(name, text) == ChatText("party-crasher", {"summary": stored})


def test_an_older_card_or_answer_points_to_its_event() -> None:
    stored: dict[str, Any] = {"stream_id": str(STREAM), "what": "cancelled", "organizer_name": None, "changes": []}
    assert CATALOGUE.decode("invite_notification/1", json.dumps(stored)) == InvitationCard(STREAM, "cancelled", 0)
    answer = {"stream_id": str(STREAM), "attendee": "zed@example.net", "partstat": "ACCEPTED", "summary": "Sync"}
    assert CATALOGUE.decode("rsvp_notification/1", json.dumps(answer)) == AnswerNotice(STREAM, 0)
