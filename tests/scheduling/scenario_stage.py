"""The stage of a scenario: accounts on a real server, people elsewhere who write by mail, and the texts they keep."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
from scenario_ical import Block, read_calendar
from scenario_script import WrongScenario, address

from support.dav import Answer, Client, Entry, Site, cal, dav
from support.followers import catch_up
from support.outgoing_mail import mails_of
from support.post import EDGE, itip_mail
from televent.adapters.email.doors.keys import mail_key
from televent.adapters.email.incoming.intake import Intake
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.local_delivery import status_of
from televent.application.mail.incoming import Verdict
from televent.application.messages.itip_local import ItipLocal
from televent.application.messages.outbox import Undeliverable
from televent.application.use_cases.importing.import_objects import import_object
from televent.application.use_cases.people.accounts import verify_address
from televent.application.use_cases.people.preferences import change_preferences
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.application.use_cases.scheduling.note_outcomes import Outcome, note_outcomes
from televent.application.use_cases.scheduling.proposals import accept_proposal, decline_proposal, propose_time
from televent.application.use_cases.scheduling.uninvited import admit_uninvited, mark_of
from televent.domain.ids import AccountId, StreamKey
from televent.domain.refusal import Refusal
from televent.ical.mending.files import read_any_file
from televent.policies.courier import Delivery, deliver_all
from televent.policies.notices import NOTICES

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
EVERYTHING = (
    "<D:prop><D:getetag/><C:schedule-tag/><C:calendar-data/></D:prop>"
    '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>'
)

BOUNCE = """From: MAILER-DAEMON@example.net
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce.{number}@example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.1.1

--B--
"""


@dataclass(frozen=True)
class Copy:
    """One resource as it was read."""

    path: str
    etag: str
    tag: str
    text: str

    @property
    def calendar(self) -> Block:
        return read_calendar(self.text)


@dataclass(frozen=True)
class View:
    """One person's resources: copies by UID, messages in the inbox by path."""

    copies: Mapping[str, Copy] = field(default_factory=dict)
    inbox: Mapping[str, Copy] = field(default_factory=dict)


@dataclass(frozen=True)
class Mail:
    """One iTIP message to be mailed."""

    to: str
    method: str
    text: str


@dataclass(frozen=True)
class Scene:
    """All resources and mails between two steps."""

    views: Mapping[str, View] = field(default_factory=dict)
    mails: tuple[Mail, ...] = ()
    notices: tuple[str, ...] = ()


class Stage:
    """One scenario's people. They live at a domain of their own, for many scenarios share one server: texts that come
    in and go out say example.com for it."""

    numbers = itertools.count(1)

    def __init__(self, site: Site) -> None:
        self.site = site
        self.number = next(Stage.numbers)
        self.people: dict[str, Client] = {}
        self.calendars: dict[str, list[str]] = {}
        self.minutes = 0
        self.before = self.now = Scene()
        self.answer: Answer | None = None
        self.verdict: Verdict | None = None
        self.refused: str | None = None
        self.in_hand: dict[tuple[str, str], Copy] = {}
        self.mails_sent: Iterator[int] = itertools.count(1)
        core = site.core
        core.backend.clock = lambda: self.clock
        self.intake = Intake(core.backend, core.mail_book, core.run, authserv_id=EDGE)

    @property
    def clock(self) -> datetime:
        """Noon, and a minute later with each act."""
        return NOON + timedelta(minutes=self.minutes)

    def outward(self, text: str) -> str:
        return text.replace("@example.com", f"@s{self.number}.example.com")

    def inward(self, text: str) -> str:
        """The text unfolded too, because a fold may divide an address."""
        return re.sub(r"\r?\n[ \t]", "", text).replace(f"@s{self.number}.example.com", "@example.com")

    def enter(self, name: str) -> None:
        """Gives a person an account."""
        telegram_id = self.number * 1000 + len(self.people)
        self.people[name] = self.site.person(telegram_id, name.title(), self.outward(address(name)))
        # The scenarios are about the protocol, so nobody is asked before an invitation is applied.
        self.prefer(name, {"strangers": "always"})
        self.calendars[name] = ["default"]

    def person(self, name: str) -> Client:
        """Raises WrongScenario where there is no account of that name."""
        if name not in self.people:
            raise WrongScenario(f"{name} has no account here")
        return self.people[name]

    def prefer(self, name: str, choices: dict[str, object]) -> None:
        context = self._context(AccountId(self.person(name).tenant))
        change_preferences(self.site.core.backend, context, choices)

    def another_address(self, name: str, other: str) -> None:
        tenant = AccountId(self.person(name).tenant)
        verify_address(self.site.core.backend, self._context(tenant), address=self.outward(address(other)), code=None)

    # ---- acts
    def ask(self, name: str, method: str, path: str, body: str | None = None, **headers: str) -> None:
        """One request, and all its effects."""
        client = self.person(name)
        self._begin()
        if body is not None:
            headers.setdefault("Content_Type", "text/calendar; charset=utf-8")
        self.answer = client.ask(method, path, self.outward(body) if body is not None else None, **headers)
        self._end()

    def tap(self, name: str, uid: str, partstat: str, recurrence_id: str | None) -> None:
        """An answer given in the chat."""
        tenant = AccountId(self.person(name).tenant)
        self._begin()
        core = self.site.core
        (row,) = core.reads.by_uid(tenant, self.outward(uid))
        answer_invitation(
            core.backend, self._context(tenant), stream_id=row.stream_id, partstat=partstat, recurrence_id=recurrence_id
        )
        self._end()

    def admit(self, name: str, uid: str, somebody: str) -> None:
        """The tap by which an organizer invites a person who would come uninvited."""
        tenant = AccountId(self.person(name).tenant)
        self._begin()
        core, mark = self.site.core, mark_of(self.outward(address(somebody)))
        (row,) = core.reads.by_uid(tenant, self.outward(uid))
        admit_uninvited(core.backend, self._context(tenant), stream_id=row.stream_id, mark=mark)
        self._end()

    def propose(
        self, name: str, uid: str, start: datetime, end: datetime, recurrence_id: str | None, comment: str | None
    ) -> None:
        """A proposal of another time, made in the chat."""
        tenant = AccountId(self.person(name).tenant)
        self._begin()
        core = self.site.core
        (row,) = core.reads.by_uid(tenant, self.outward(uid))
        self._try(
            lambda: propose_time(
                core.backend,
                self._context(tenant),
                stream_id=row.stream_id,
                start=start,
                end=end,
                recurrence_id=recurrence_id,
                comment=comment,
            )
        )
        self._end()

    def respond(
        self, name: str, proposer: str, uid: str, recurrence_id: str | None, *, accepts: bool, comment: str | None
    ) -> None:
        """An answer to a proposal, given in the chat."""
        tenant = AccountId(self.person(name).tenant)
        self._begin()
        core, context = self.site.core, self._context(tenant)
        (row,) = core.reads.by_uid(tenant, self.outward(uid))
        state = core.backend.store.load(CALENDAR_OBJECT, StreamKey(tenant, row.stream_id)).state
        place = self.outward(address(proposer)), recurrence_id
        keys = [each.key for each in state.proposals if (each.attendee, each.recurrence_id) == place]
        if len(keys) != 1:
            raise WrongScenario(f"{name} has no proposal of {proposer}")
        stream, key = row.stream_id, keys[0]
        if accepts:
            self._try(lambda: accept_proposal(core.backend, context, stream_id=stream, proposal=key))
        else:
            self._try(lambda: decline_proposal(core.backend, context, stream_id=stream, proposal=key, comment=comment))
        self._end()

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Refusal as refusal:
            self.refused = type(refusal).__name__

    def mail(self, sender: str, to: str, method: str, text: str, *, uid: str, proof: str) -> None:
        """A mail from elsewhere; ``proof``: "token" (to the attendee's own address), "proven" (DMARC) or "unproven"."""
        recipient = self._token_address(to, uid, sender) if proof == "token" else self.outward(address(to))
        self._begin()
        raw = itip_mail(
            self.outward(text),
            sender=address(sender),
            method=method,
            proven=proof == "proven",
            message_id=f"{self.number}.{next(self.mails_sent)}@example.net",
        )
        self._take(address(sender), recipient, raw)
        self._end()

    def take_offer(self, name: str) -> None:
        """The person imports the calendar that was offered last."""
        tenant = AccountId(self.person(name).tenant)
        self._begin()
        offered = [each["text"] for owner, kind, each in self._owed() if kind == "calendar_offer/1" and owner == tenant]
        if not offered:
            raise WrongScenario(f"{name} was offered nothing")
        for text in read_any_file(offered[-1].encode()).objects:
            import_object(self.site.core.backend, self._context(tenant), text=text)
        self._end()

    def bounce(self, owner: str, to: str, uid: str) -> None:
        """The report of a mail server that it could not deliver (RFC 3464)."""
        recipient = self._token_address(owner, uid, to)
        self._begin()
        self._take(
            "", recipient, BOUNCE.format(to=address(to), number=f"{self.number}.{next(self.mails_sent)}").encode()
        )
        self._end()

    def _token_address(self, owner: str, uid: str, attendee: str) -> str:
        """The address for answers of that attendee to that meeting."""
        tenant = AccountId(self.person(owner).tenant)
        token = self.site.core.mail_book.token(tenant, self.outward(uid), self.outward(address(attendee)))
        return f"rsvp+{token}@televent.app"

    def _take(self, sender: str, recipient: str, raw: bytes) -> None:
        key = mail_key(raw, [recipient])
        assert self.intake.book.keep(key, sender, [recipient], raw, self.clock)
        claimed = self.intake.book.claim(self.clock, again=False)
        assert claimed is not None
        self.verdict = asyncio.run(self.intake.take(claimed))

    def _begin(self) -> None:
        self.minutes += 1
        self.before = self.now
        self.answer = self.verdict = self.refused = None

    def _end(self) -> None:
        self._carry()
        self.now = self.look()

    def _carry(self) -> None:
        """Delivers all pending iTIP messages between accounts, as a worker does."""
        core = self.site.core
        while claimed := core.outbox.claim(self.clock + timedelta(minutes=1), kinds=(ItipLocal,)):
            for message in claimed:
                context = Context(message.tenant, "system", "courier", self.clock, uuid4(), message.correlation_id)
                (error,) = deliver_all(core.backend, [Delivery(context, message.outbox_id, message.message)])
                if error is not None and not isinstance(error, Undeliverable):
                    raise error
                note_outcomes(core.backend, [Outcome(context, message.message, status_of(error))])
                core.outbox.complete(message, self.clock)

    def _context(self, tenant: AccountId) -> Context:
        return Context(tenant, str(tenant), "bot", self.clock, uuid4(), "scenario")

    # ---- state
    def look(self) -> Scene:
        views = {name: self._view(name) for name in self.people}
        rows = self._owed()
        mails: list[Mail] = []
        for tenant, kind, each in rows:
            if kind == "calendar_change/1":
                made = [(mail.recipient, mail.method, mail.text) for mail in mails_of(self.site.core, tenant, each)]
            else:
                made = (
                    [(each["recipient"], each["method"], each["text"])]
                    if kind.startswith("calendar_") and "method" in each
                    else []
                )
            mails += [Mail(self.inward(to), method, self.inward(text)) for to, method, text in made]
        keys = tuple(
            each.get("text_key") or ("delegate-asked" if each["delegator"] else "party-crasher")
            for _, kind, each in rows
            if kind in ("telegram_notification/1", "uninvited_notification/2")
        )
        keys += tuple("calendar-offer" for _, kind, _ in rows if kind == "calendar_offer/1")
        return Scene(views, tuple(mails), keys)

    def _view(self, name: str) -> View:
        copies: dict[str, Copy] = {}
        for calendar in self.calendars[name]:
            for copy in self._read(name, calendar):
                uid = copy.calendar.events()[0].value("UID") or ""
                if uid in copies:
                    raise WrongScenario(f"{name} has two copies of {uid}")
                copies[uid] = copy
        return View(copies, {copy.path: copy for copy in self._read(name, "inbox")})

    def _read(self, name: str, calendar: str) -> list[Copy]:
        client = self.people[name]
        found = client.report(client.calendar(calendar), "C:calendar-query", EVERYTHING, Depth="1").responses()
        return [self._copy(each) for each in found.values()]

    def _copy(self, entry: Entry) -> Copy:
        tag = entry.text(cal("schedule-tag")) if cal("schedule-tag") in entry.props else ""
        text = self.inward(entry.text(cal("calendar-data")))
        return Copy(entry.href, entry.text(dav("getetag")), tag, text)

    def _owed(self) -> list[tuple[UUID, str, dict[str, Any]]]:
        catch_up(self.site.core, NOTICES)
        query = "SELECT tenant_id, kind, payload FROM outbox WHERE tenant_id = ANY (%s) ORDER BY created_at, outbox_id"
        with psycopg.connect(self.site.core.conninfo) as connection:
            rows = connection.execute(query, ([client.tenant for client in self.people.values()],)).fetchall()
        return [(row[0], row[1], row[2]) for row in rows]

    def told(self) -> dict[str, Counter[str]]:
        """The methods of the messages that the last act sent to each person: to an inbox, or by mail."""
        found: dict[str, Counter[str]] = {}
        for name, view in self.now.views.items():
            earlier = self.before.views.get(name, View()).inbox
            for path, item in view.inbox.items():
                if path not in earlier:
                    found.setdefault(name, Counter())[item.calendar.value("METHOD") or "none"] += 1
        fresh = list(self.now.mails)
        for mail in self.before.mails:
            fresh.remove(mail)
        for mail in fresh:
            found.setdefault(mail.to.partition("@")[0], Counter())[mail.method] += 1
        return found
