"""Planning: a sentence read as an event, busy times of several people, and the answer for a first screen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import JSONBody

from televent.adapters.rest.controllers.account.auth import TOKEN, Signed
from televent.adapters.rest.controllers.calendar.calendars import EXAMPLE as CALENDAR
from televent.adapters.rest.controllers.calendar.event_examples import EVENT
from televent.adapters.rest.controllers.calendar.events import ASKED, shown
from televent.adapters.rest.events.event_answers import Answer
from televent.adapters.rest.events.event_lists import Query, list_events
from televent.adapters.rest.mapping.calendars import calendar_of
from televent.adapters.rest.mapping.planning import (
    Boot,
    BusyAnswer,
    BusyPerson,
    BusyQuestion,
    Me,
    ReadSentence,
    Sentence,
    Span,
    read_sentence,
)
from televent.adapters.rest.mapping.times import instant_in
from televent.adapters.rest.mapping.wrong import wrong
from televent.adapters.rest.paging import MAX_LIMIT
from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.backend import Backend
from televent.application.use_cases.calendars.which_calendar import calendars_seen
from televent.application.use_cases.people.busy_times import busy_of, free_spans, people_named
from televent.domain.ids import AccountId

MAX_RANGE: Final = timedelta(days=62)
"""Max length of the time for which people's busy times are told."""
READ: Final = {
    "readings": [
        {
            "start": "2026-11-24T13:00:00",
            "end": None,
            "time_zone": "Europe/London",
            "all_day": False,
            "recurrence": None,
            "guessed": [],
            "past": False,
            "clock_change": None,
        }
    ],
    "summary": "Lunch with Bob",
    "location": "Luigi's",
    "attendees": [],
    "not_understood": [],
    "certain": True,
    "rest": "",
}
SPAN: Final = {"start": "2026-11-30T10:00:00Z", "end": "2026-11-30T11:00:00Z", "kind": "BUSY"}
BUSY: Final = {
    "people": [{"email": "bob@example.com", "busy": [SPAN]}, {"email": "eve@example.com", "busy": None}],
    "free": [{"start": "2026-11-30T11:00:00Z", "end": "2026-11-30T18:00:00Z", "kind": "FREE"}],
}
BOOT: Final = {
    "now": "2026-11-30T09:00:00Z",
    "me": {
        "id": "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d44",
        "name": "Ann",
        "time_zone": "Europe/London",
        "locale": "en",
    },
    "calendars": [CALENDAR],
    "events": [EVENT],
}


class Planning(Controller):
    """Helps to make events."""

    tags = ("Planning",)

    @post(
        "/events/parse",
        operation_id="parseSentence",
        summary="Read a sentence as an event",
        status_code=200,
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={**shown(200, "The readings.", ReadSentence, READ), **documented(*ASKED, "body-too-large")},
    )
    async def parse(
        self, request: Request[Any, Any, Any], signed_in: Signed, data: JSONBody[Sentence]
    ) -> Response[Any]:
        """Reads dates as the bot does, in English and Russian. Nothing is stored: a reading is the body of `POST
        /api/events`, once the person has agreed."""
        auth: Auth = request.app.state.auth
        return (await auth.run(_parse, auth.backend, signed_in.tenant, data)).sent()

    @post(
        "/free-busy",
        operation_id="askFreeBusy",
        summary="Ask when people are busy",
        status_code=200,
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={**shown(200, "The busy times.", BusyAnswer, BUSY), **documented(*ASKED, "body-too-large")},
    )
    async def busy(
        self, request: Request[Any, Any, Any], signed_in: Signed, data: JSONBody[BusyQuestion]
    ) -> Response[Any]:
        """The busy times of up to ten people in at most 62 days, as far as they let the person ask."""
        auth: Auth = request.app.state.auth
        return (await auth.run(_busy, auth.backend, signed_in.tenant, data)).sent()

    @get(
        "/boot",
        operation_id="boot",
        summary="Read what a first screen shows",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={**shown(200, "The first screen.", Boot, BOOT), **documented(*ASKED, "too-many-events")},
    )
    async def boot(self, request: Request[Any, Any, Any], signed_in: Signed) -> Response[Any]:
        """The person, the calendars, and the occurrences of a week, in one answer."""
        auth: Auth = request.app.state.auth
        return (await auth.run(_boot, auth.backend, signed_in.tenant)).sent()


def _parse(backend: Backend, tenant: AccountId, data: Sentence) -> Answer:
    # The reader loads its tables of words, which takes too long for the start of the process.
    from televent.phrases.understanding import understand

    account = backend.people.account(tenant)
    now = backend.clock().astimezone(ZoneInfo(account.timezone))
    language = data.language or ("ru" if account.locale.lower().startswith("ru") else "en")
    return Answer(200, msgspec.json.encode(read_sentence(understand(data.text, now=now, language=language))))


def _busy(backend: Backend, tenant: AccountId, data: BusyQuestion) -> Answer:
    start, end = instant_in(data.start, "start"), instant_in(data.end, "end")
    if not start < end:
        raise wrong("end", "The end is after the start.")
    if end - start > MAX_RANGE:
        raise wrong("end", f"At most {MAX_RANGE.days} days.")
    asker = backend.people.account(tenant)
    found = busy_of(backend, asker, people_named(backend, data.people), start, end)
    people = tuple(
        BusyPerson(
            each.given,
            tuple(Span(one.start, one.end, one.kind) for one in each.periods) if each.periods is not None else None,
        )
        for each in found
    )
    free: tuple[Span, ...] = ()
    if data.minutes is not None:
        times = [each.periods for each in found if each.periods is not None]
        spans = free_spans(times, (start, end), timedelta(minutes=data.minutes))
        free = tuple(Span(begin, end, "FREE") for begin, end in spans)
    return Answer(200, msgspec.json.encode(BusyAnswer(people, free)))


def _boot(backend: Backend, tenant: AccountId) -> Answer:
    account = backend.people.account(tenant)
    now = backend.clock()
    week = Query(now - timedelta(days=1), now + timedelta(days=8), expand=True, limit=MAX_LIMIT)
    events: dict[str, msgspec.Raw] = msgspec.json.decode(
        list_events(backend, tenant, week).body, type=dict[str, msgspec.Raw]
    )
    calendars = [calendar_of(row, account.default_calendar) for row in calendars_seen(backend, tenant)]
    me = Me(account.tenant, account.name, account.timezone, account.locale)
    return Answer(200, msgspec.json.encode({"now": now, "me": me, "calendars": calendars, "events": events["events"]}))
