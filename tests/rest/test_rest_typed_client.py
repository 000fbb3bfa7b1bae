"""A typed Python client, generated from the OpenAPI document of the running server, goes through a journey."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from support.dav import Site
from support.rest import call
from support.rest_people import PASSWORD, api_of
from televent.adapters.rest.contract.document import operations

PACKAGE = "televent_generated"
CONFIG = {"post_hooks": [], "content_type_overrides": {"application/zip": "application/octet-stream"}}


class Generated:
    """The package's modules by their names."""

    def __call__(self, name: str) -> Any:
        return importlib.import_module(f"{PACKAGE}.{name}")


@pytest.fixture
def generated(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Generated]:
    """The client, made without a warning."""
    document = tmp_path / "openapi.json"
    document.write_text(call(site.port, "GET", "/api/openapi.json").body)
    config = tmp_path / "config.json"
    config.write_text(json.dumps(CONFIG))
    made = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    made += ["--path", str(document), "--output-path", str(tmp_path / PACKAGE), "--config", str(config)]
    done = subprocess.run(made, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Generated()
    for name in [each for each in sys.modules if each.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_a_program_works_with_the_generated_client(site: Site, generated: Generated) -> None:
    ann = site.person(101, "Ann", "ann@example.com")
    api_of(site, ann, "ann@example.com")
    base, models = f"http://127.0.0.1:{site.port}", generated("models")
    anybody = generated("client").Client(base_url=base)
    asked = models.Login(email="ann@example.com", password=PASSWORD)
    tokens = generated("api.signing_in.login").sync(client=anybody, body=asked)
    assert isinstance(tokens, models.Tokens)
    client = generated("client").AuthenticatedClient(base_url=base, token=tokens.access_token)

    calendar = generated("api.calendars.create_calendar").sync(client=client, body=models.NewCalendar(name="Work"))
    assert isinstance(calendar, models.Calendar)
    new = models.NewEvent(
        summary="Team sync",
        start="2027-01-04T10:00:00",
        calendar_id=calendar.id,
        recurrence=models.Repetition(rule="FREQ=DAILY;COUNT=3"),
    )
    event = generated("api.events.create_event").sync(client=client, body=new)
    assert isinstance(event, models.Event)
    assert (event.summary, event.calendar_id) == ("Team sync", calendar.id)

    first, last = datetime(2027, 1, 4, tzinfo=UTC), datetime(2027, 1, 8, tzinfo=UTC)
    page = generated("api.events.list_events").sync(client=client, start=first, end=last, expand=True)
    assert [each.start for each in page.events] == [f"2027-01-0{day}T10:00:00" for day in (4, 5, 6)]
    brief = generated("api.events.get_event").sync(client=client, event_id=event.id, fields="id,summary")
    assert isinstance(brief, models.PartialEvent)
    assert (brief.id, brief.summary) == (event.id, "Team sync")

    change = generated("api.events.change_event")
    changed = change.sync(client=client, event_id=event.id, body=models.EventFields(location="Room 404"))
    assert changed.location == "Room 404"
    stale = change.sync_detailed(client=client, event_id=event.id, body=models.EventFields(), if_match='"old"')
    assert (stale.status_code, stale.parsed.type_) == (412, "urn:televent:problem:precondition-failed")
    assert generated("api.events.delete_event").sync_detailed(client=client, event_id=event.id).status_code == 204
    gone = generated("api.events.get_event").sync(client=client, event_id=event.id)
    assert isinstance(gone, models.Problem)
    assert gone.type_ == "urn:televent:problem:unknown-resource"


def test_every_operation_is_in_the_client(site: Site, generated: Generated) -> None:
    root = Path(str(generated("api").__file__)).parent
    there = {each.stem.replace("_", "") for each in root.rglob("*.py")}
    document = call(site.port, "GET", "/api/openapi.json").json
    assert {operation["operationId"].lower() for _, _, operation in operations(document)} <= there
