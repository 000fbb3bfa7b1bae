"""The Postman collection: every operation is in it, and its requests work as they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from support.contract import the_contract
from support.dav import Site
from support.rest import Reply, call
from support.rest_people import PASSWORD, api_of
from televent.adapters.rest.contract.document import operations
from televent.adapters.rest.contract.postman import collection_of


def requests_in(collection: Any) -> Iterator[Any]:
    for folder in collection["item"]:
        yield from folder["item"]


def sent(site: Site, collection: Any, name: str, variables: dict[str, str], body: Any = None) -> Reply:
    """The answer to a request of the collection, as Postman sends it."""
    (item,) = (each for each in requests_in(collection) if each["id"] == name)
    request = item["request"]
    values = {**{each["key"]: each["value"] for each in collection["variable"]}, **variables}
    assert request["url"]["host"] == ["{{base_url}}"]
    assert values["base_url"].endswith(f":{site.port}")
    parts = [values[each[1:]] if each.startswith(":") else each for each in request["url"]["path"]]
    headers = {}
    if request.get("auth", collection["auth"])["type"] == "bearer":
        headers["Authorization"] = f"Bearer {values['token']}"
    data = body if body is not None else json.loads(request["body"]["raw"]) if "body" in request else None
    return call(site.port, request["method"], f"/{'/'.join(parts)}", data, **headers)


def test_every_operation_is_a_request() -> None:
    document = the_contract()
    collection = collection_of(document, "http://localhost:3000")
    assert {each["id"] for each in requests_in(collection)} == {
        operation["operationId"] for _, _, operation in operations(document)
    }
    for item in requests_in(collection):
        variables = {each["key"] for each in item["request"]["url"]["variable"]}
        assert variables == {part[1:] for part in item["request"]["url"]["path"] if part.startswith(":")}, item["id"]


def test_requests_of_the_collection_work_as_they_stand(site: Site) -> None:
    api_of(site, site.person(101, "Ann", "ann@example.com"), "ann@example.com")
    reply = call(site.port, "GET", "/api/docs/postman.json")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert "televent.postman_collection.json" in reply.headers["content-disposition"]
    collection = reply.json
    credentials = {"email": "ann@example.com", "password": PASSWORD}
    variables = {"token": sent(site, collection, "login", {}, credentials).json["access_token"]}
    assert sent(site, collection, "listCalendars", {}).status == 401
    made = sent(site, collection, "createCalendar", variables)
    assert made.status == 201
    assert sent(site, collection, "getCalendar", {**variables, "calendar_id": made.json["id"]}).json == made.json
    event = sent(site, collection, "createEvent", variables)
    assert (event.status, event.json["summary"]) == (201, "Team sync")
    gone = sent(site, collection, "deleteEvent", {**variables, "event_id": event.json["id"]})
    assert gone.status == 204
