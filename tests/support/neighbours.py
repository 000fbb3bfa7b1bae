"""Ann, those with whom she shares a calendar, and those with whom she does not: every request of each to each place.

Texts that only Ann may see have the word PRIVATE in them; those that her sharees may see too have SHARED.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import quote, urlsplit

from support.dav import DECLARED, Answer, Client, Site, event
from support.outbox import question
from support.push import subscribe
from support.shares import granted_acl, mounted
from televent.adapters.caldav.app import METHODS
from televent.adapters.caldav.methods.report import HANDLERS
from televent.adapters.caldav.properties.table import BY_KIND
from televent.adapters.caldav.tree import Kind

PRIVATE = "Zebrafinch"
SHARED = "Okapi"
NUMBERS = count(70_001)
ACTIONS = (
    *(method for method in METHODS if method != "REPORT"),
    *(f"REPORT {name.partition('}')[2]}" for name in HANDLERS),
    "LOCK",
)
"""Every method, every report, and a method that there is not."""
PROPERTIES = "".join(
    f'<x:{name.partition("}")[2]} xmlns:x="{name[1:].partition("}")[0]}"/>'
    for name in sorted({name for kind in BY_KIND.values() for name in kind})
)
SPAN = 'start="20261101T000000Z" end="20261231T000000Z"'


@dataclass
class Neighbours:
    """The people, and what they have: paths, with ``number`` in all names of this furnishing."""

    site: Site
    ann: Client
    reader: Client
    writer: Client
    stranger: Client
    organizer: Client
    number: int = 0
    mounts: dict[str, str] = field(default_factory=dict)
    file: str = ""
    shared_file: str = ""
    item: str = ""
    notice: str = ""
    registration: str = ""

    def __getitem__(self, relation: str) -> Client:
        """The person who asks; nobody uses the stranger's connection."""
        people = {"own": self.ann, "reader": self.reader, "writer": self.writer}
        return people.get(relation, self.stranger)

    @property
    def private(self) -> str:
        """The name of the calendar that Ann shares with nobody."""
        return f"private{self.number}"

    @property
    def team(self) -> str:
        """The name of the calendar that she shares."""
        return f"team{self.number}"

    def state(self) -> tuple[object, ...]:
        """Numbers that change with every change for Ann and those who share with her."""
        tenants = [self.ann.tenant, self.reader.tenant, self.writer.tenant]
        with self.site.core.pool.connection() as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM event WHERE tenant_id = ANY (%(who)s)),"
                " (SELECT count(*) FROM attachment WHERE tenant_id = ANY (%(who)s)),"
                " (SELECT count(*) FROM push_subscription WHERE tenant_id = ANY (%(who)s))",
                {"who": tenants},
            ).fetchone()
        assert row is not None
        return tuple(row)

    def furnish(self) -> None:
        """Gives Ann new calendars and all else that a URL can name, and everybody an event of their own."""
        ann, number = self.ann, next(NUMBERS)
        self.number = number
        for name, word in ((self.private, PRIVATE), (self.team, SHARED)):
            named = f"<D:set><D:prop><D:displayname>{word} calendar</D:displayname></D:prop></D:set>"
            body = f"<C:mkcalendar {DECLARED}>{named}</C:mkcalendar>"
            assert ann.ask("MKCALENDAR", ann.calendar(name), body).status == 201
            lines = (f"SUMMARY:{word} event", f"LOCATION:{word} house", f"DESCRIPTION:{word}")
            assert ann.put(f"{ann.calendar(name)}a.ics", event(f"{word}{number}@example.com", *lines)).status == 201
        self.mounts = {
            "reader": mounted(ann, self.reader, "read", self.team),
            "writer": mounted(ann, self.writer, "read-write", self.team),
        }
        for person in (ann, self.reader, self.writer, self.stranger):
            own = event("own@example.com", "SUMMARY:Own")
            assert person.put(f"{person.calendar()}a.ics", own).status in (201, 204)
        organizer = f"ORGANIZER:mailto:olga{self.organizer.user}@example.com"
        guest = f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ann{ann.user}@example.com"
        invitation = event(f"{PRIVATE}-{number}@example.com", f"SUMMARY:{PRIVATE} invitation", organizer, guest)
        assert self.organizer.put(f"{self.organizer.calendar()}{number}.ics", invitation).status == 201
        self.file, self.shared_file = attach(ann, self.private, PRIVATE), attach(ann, self.team, SHARED)
        subscribed = subscribe(ann, ann.calendar(self.private), f"https://push.example.org/{PRIVATE}/{number}")
        self.registration = urlsplit(subscribed.headers["location"]).path
        self.item, self.notice = (a_member(ann, f"{ann.home}{place}/") for place in ("inbox", "notifications"))


def meet(site: Site) -> Neighbours:
    """New people, with everything that a URL can name."""
    names = ("Bob", "Wim", "Eve", "Olga")
    number = next(NUMBERS)
    ann = site.person(number, f"Ann {SHARED}", f"ann{number}@example.com", f"{PRIVATE}{number}@example.com")
    others = [site.person(each := next(NUMBERS), name, f"{name.lower()}{each}@example.com") for name in names]
    bob, wim, eve, olga = others
    here = Neighbours(site, ann, bob, wim, eve, olga)
    here.furnish()
    return here


def attach(ann: Client, calendar: str, word: str) -> str:
    """Attaches a file to an event; the path of the file."""
    sent = {"Content_Type": "text/plain", "Content_Disposition": f"attachment;filename={word}.txt"}
    where = f"{ann.calendar(calendar)}a.ics?action=attachment-add"
    answer = ann.ask("POST", where, f"{word} file", **sent)
    assert answer.status == 201, answer.text
    text = ann.ask("GET", f"{ann.calendar(calendar)}a.ics").text.replace("\r\n ", "")
    (line,) = [each for each in text.split("\r\n") if each.startswith("ATTACH")]
    return urlsplit(line[line.index("http") :]).path


def a_member(client: Client, path: str) -> str:
    """A member of a collection."""
    return min({*client.propfind(path, "D:getetag", depth="1").responses()} - {path})


@dataclass(frozen=True)
class Form:
    """One form of a path: what it names, and its path for each person."""

    kind: Kind
    path: Callable[[Neighbours, str], str]


def _of_ann(kind: Kind, rest: str, user: Callable[[Client], str] = lambda ann: str(ann.tenant)) -> Form:
    """A path in Ann's home; ``rest`` has # for the number in names."""
    return Form(kind, lambda here, _: f"/caldav/{user(here.ann)}/{rest.replace('#', str(here.number))}")


def _own(kind: Kind, rest: str) -> Form:
    return Form(kind, lambda here, who: f"{here[who].home}{rest}")


def _fixed(kind: Kind, path: str) -> Form:
    return Form(kind, lambda *_: path)


def _number(ann: Client) -> str:
    return ann.user


def _address(ann: Client) -> str:
    return quote(f"ann{ann.user}@example.com")


FORMS = {
    "well-known": _fixed(Kind.WELL_KNOWN, "/.well-known/caldav"),
    "start page": _fixed(Kind.ROOT, "/"),
    "root": _fixed(Kind.ROOT, "/caldav/"),
    "principals": _fixed(Kind.ROOT, "/principals/"),
    "home": _of_ann(Kind.HOME, ""),
    "home without a slash": Form(Kind.HOME, lambda here, _: f"/caldav/{here.ann.tenant}"),
    "home by number": _of_ann(Kind.HOME, "", _number),
    "home by address": _of_ann(Kind.HOME, "", _address),
    "private calendar": _of_ann(Kind.CALENDAR, "private#/"),
    "private calendar by number": _of_ann(Kind.CALENDAR, "private#/", _number),
    "private object": _of_ann(Kind.OBJECT, "private#/a.ics"),
    "private object by address": _of_ann(Kind.OBJECT, "private#/a.ics", _address),
    "missing calendar": _of_ann(Kind.CALENDAR, "missing#/"),
    "missing object": _of_ann(Kind.OBJECT, "private#/missing.ics"),
    "shared calendar": _of_ann(Kind.CALENDAR, "team#/"),
    "shared calendar by address": _of_ann(Kind.CALENDAR, "team#/", _address),
    "shared object": _of_ann(Kind.OBJECT, "team#/a.ics"),
    "missing shared object": _of_ann(Kind.OBJECT, "team#/missing.ics"),
    "mount": Form(Kind.CALENDAR, lambda here, who: here.mounts.get(who, here.mounts["reader"])),
    "mounted object": Form(Kind.OBJECT, lambda here, who: here.mounts.get(who, here.mounts["reader"]) + "a.ics"),
    "inbox": _of_ann(Kind.INBOX, "inbox/"),
    "inbox item": Form(Kind.INBOX_ITEM, lambda here, _: here.item),
    "outbox": _of_ann(Kind.OUTBOX, "outbox/"),
    "notifications": _of_ann(Kind.NOTIFICATIONS, "notifications/"),
    "notification": Form(Kind.NOTIFICATION, lambda here, _: here.notice),
    "private file": Form(Kind.ATTACHMENT, lambda here, _: here.file),
    "private file under one's own path": Form(
        Kind.ATTACHMENT, lambda here, who: here.file.replace(str(here.ann.tenant), str(here[who].tenant))
    ),
    "shared file": Form(Kind.ATTACHMENT, lambda here, _: here.shared_file),
    "registration": Form(Kind.PUSH_REGISTRATION, lambda here, _: here.registration),
    "one's own home": _own(Kind.HOME, ""),
    "one's own calendar": _own(Kind.CALENDAR, "default/"),
    "one's own object": _own(Kind.OBJECT, "default/a.ics"),
    "one's own outbox": _own(Kind.OUTBOX, "outbox/"),
}


HELD = {
    "private object": PRIVATE,
    "private object by address": PRIVATE,
    "shared object": SHARED,
    "mounted object": SHARED,
}
"""The word of the event that an object holds."""


def ask(here: Neighbours, relation: str, form: str, action: str) -> tuple[Answer, str]:
    """Sends one request. Returns the answer, and all that the request said."""
    asker, place = here[relation], FORMS[form]
    path = place.path(here, relation)
    method, _, report = action.partition(" ")
    query, body, headers = "", "", {"Depth": "1"} if method == "PROPFIND" else {}
    if method == "REPORT":
        body = REPORT_BODIES[report](here)
        headers["Depth"] = "1" if report.startswith("calendar-") or report == "free-busy-query" else "0"
    elif method == "POST":
        query, headers["Content_Type"], body = post_of(here, relation, place.kind)
    elif method in ("COPY", "MOVE"):
        headers["Destination"] = destination(here, relation, form)
    elif method == "PUT":
        word = HELD.get(form, "new")
        headers["Content_Type"] = "text/calendar"
        body = event(f"{word}{here.number}@example.com", f"SUMMARY:{word} event").decode()
    elif method in BODIES:
        body = BODIES[method](here)
    answer = asker.ask(method, path + query, body or None, login=relation != "nobody", **headers)
    return answer, f"{path}{query} {headers} {body}"


def destination(here: Neighbours, relation: str, form: str) -> str:
    """Out of Ann's home into one's own, or out of one's own into Ann's private calendar."""
    if form.startswith("one's own"):
        return f"{here.ann.calendar(here.private)}planted{here.number}.ics"
    kind = FORMS[form].kind
    return (
        f"{here[relation].home}stolen{here.number}/"
        if kind is Kind.CALENDAR
        else f"{here[relation].calendar()}stolen{here.number}.ics"
    )


def _propfind(_: Neighbours) -> str:
    return f"<D:propfind {DECLARED}><D:prop>{PROPERTIES}</D:prop></D:propfind>"


def _proppatch(_: Neighbours) -> str:
    named = "<D:displayname>Renamed</D:displayname>"
    return f"<D:propertyupdate {DECLARED}><D:set><D:prop>{named}</D:prop></D:set></D:propertyupdate>"


def _acl(here: Neighbours) -> str:
    return granted_acl(f"<D:href>{here.stranger.home}</D:href>", "D:read")


BODIES: dict[str, Callable[[Neighbours], str]] = {"PROPFIND": _propfind, "PROPPATCH": _proppatch, "ACL": _acl}


def post_of(here: Neighbours, who: str, kind: Kind) -> tuple[str, str, str]:
    """Query, type and body of a POST: what would give or take most. A calendar is shared with the stranger."""
    if kind is Kind.OBJECT:
        return "?action=attachment-add", "text/plain", "planted"
    if kind is Kind.OUTBOX:
        own = f"mailto:{here[who].user}@televent.app"
        return "", "text/calendar", question(own, f"mailto:ann{here.ann.user}@example.com")
    if kind is Kind.HOME:
        hosted = f"<CS:hosturl><D:href>{here.ann.calendar(here.private)}</D:href></CS:hosturl>"
        inner = f"<D:href>{here[who].home}</D:href><CS:invite-accepted/>{hosted}"
        return "", "text/xml", f"<CS:invite-reply {DECLARED}>{inner}</CS:invite-reply>"
    given = f"<CS:set><D:href>mailto:eve{here.stranger.user}@example.com</D:href><CS:read-write/></CS:set>"
    return "", "text/xml", f"<CS:share {DECLARED}>{given}</CS:share>"


def _hrefs(here: Neighbours) -> str:
    paths = (f"{here.ann.calendar(here.private)}a.ics", here.item, f"{here.ann.calendar(here.team)}a.ics")
    return "".join(f"<D:href>{each}</D:href>" for each in paths)


DATA = "<D:prop><D:getetag/><D:displayname/><C:calendar-data/></D:prop>"
REPORT_BODIES: dict[str, Callable[[Neighbours], str]] = {
    "sync-collection": lambda _: (
        f"<D:sync-collection {DECLARED}><D:sync-token/><D:sync-level>1</D:sync-level>{DATA}</D:sync-collection>"
    ),
    "calendar-multiget": lambda here: f"<C:calendar-multiget {DECLARED}>{DATA}{_hrefs(here)}</C:calendar-multiget>",
    "calendar-query": lambda _: (
        f'<C:calendar-query {DECLARED}>{DATA}<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
    ),
    "free-busy-query": lambda _: f"<C:free-busy-query {DECLARED}><C:time-range {SPAN}/></C:free-busy-query>",
    "expand-property": lambda _: (
        f'<D:expand-property {DECLARED}><D:property name="owner"><D:property name="displayname"/>'
        '<D:property name="calendar-user-address-set" namespace="urn:ietf:params:xml:ns:caldav"/></D:property>'
        "</D:expand-property>"
    ),
    "principal-property-search": lambda _: (
        f"<D:principal-property-search {DECLARED}><D:property-search><D:prop><D:displayname/></D:prop>"
        f"<D:match>Ann</D:match></D:property-search><D:prop><D:displayname/>"
        "<C:calendar-user-address-set/></D:prop></D:principal-property-search>"
    ),
    "principal-search-property-set": lambda _: f"<D:principal-search-property-set {DECLARED}/>",
    "principal-match": lambda _: (
        f"<D:principal-match {DECLARED}><D:self/><D:prop><D:displayname/></D:prop></D:principal-match>"
    ),
    "acl-principal-prop-set": lambda _: (
        f"<D:acl-principal-prop-set {DECLARED}><D:prop><D:displayname/></D:prop></D:acl-principal-prop-set>"
    ),
}
