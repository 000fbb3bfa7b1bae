"""Every method and report on every form of a path, by an owner, those with whom they share, a stranger and nobody.

The requests come from the server's own tables of methods, reports and kinds of resources. ``ANSWERS`` says the status
of each. A new method or report without its place there, and a new kind of resource without a path, fail here.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import pytest

from support.dav import Answer, Site
from support.neighbours import ACTIONS, FORMS, PRIVATE, REPORT_BODIES, SHARED, Neighbours, ask, meet
from televent.adapters.caldav.methods.report import HANDLERS
from televent.adapters.caldav.tree import Kind

RELATIONS = ("own", "reader", "writer", "stranger", "nobody")
SHAREES = ("reader", "writer")
OTHERS = (*SHAREES, "stranger")
SIGNED_IN = ("own", *OTHERS)
ANYTHING_ELSE = "*"

HOMES = ("home", "home without a slash", "home by number", "home by address", "one's own home")
ROOTS = ("start page", "root", "principals")
PRIVATE_CALENDARS = ("private calendar", "private calendar by number")
PRIVATE_OBJECTS = ("private object", "private object by address")
SHARED_CALENDARS = ("shared calendar", "shared calendar by address")
FILES = ("private file", "private file under one's own path", "shared file")
ALONE = (
    *HOMES[:-1],
    *PRIVATE_CALENDARS,
    *PRIVATE_OBJECTS,
    *("missing calendar", "missing object", "inbox", "inbox item", "outbox", "notifications", "notification"),
)
"""The places that only Ann may reach, by each form of their paths."""
OF_ANN = (*ALONE, *SHARED_CALENDARS, "shared object", "missing shared object")

FINDING = "REPORT-principal-property-search REPORT-principal-search-property-set REPORT-principal-match"
QUERIES = "REPORT-calendar-multiget REPORT-calendar-query"
CALENDAR_REPORTS = f"REPORT-sync-collection {QUERIES} REPORT-expand-property REPORT-acl-principal-prop-set"
MEMBER_REPORTS = f"{QUERIES} REPORT-expand-property"
NOT_OF_MEMBERS = f"REPORT-sync-collection REPORT-free-busy-query {FINDING} REPORT-acl-principal-prop-set"

Statuses = Mapping[int, str]
DENIED: Final[Statuses] = {200: "OPTIONS", 403: ANYTHING_ELSE}
"""Nothing tells whether the place exists."""
A_CALENDAR: Final[Statuses] = {
    200: "OPTIONS GET HEAD POST ACL REPORT-free-busy-query",
    201: "MOVE",
    204: "DELETE",
    207: f"PROPFIND PROPPATCH {CALENDAR_REPORTS}",
    403: f"COPY MKCALENDAR MKCOL {FINDING}",
    405: "PUT LOCK",
}
AN_OBJECT: Final[Statuses] = {
    200: "OPTIONS GET HEAD",
    201: "POST MOVE COPY",
    204: "PUT DELETE",
    207: f"PROPFIND PROPPATCH {MEMBER_REPORTS}",
    403: f"MKCALENDAR MKCOL ACL {NOT_OF_MEMBERS}",
    405: "LOCK",
}
A_NEW_OBJECT: Final[Statuses] = {
    200: "OPTIONS",
    201: "PUT",
    207: "REPORT-calendar-multiget",
    403: f"MKCALENDAR MKCOL ACL {NOT_OF_MEMBERS}",
    404: "PROPFIND PROPPATCH GET HEAD COPY MOVE POST DELETE REPORT-calendar-query REPORT-expand-property",
    405: "LOCK",
}
A_FILE: Final[Statuses] = {200: "OPTIONS GET HEAD", 405: ANYTHING_ELSE}
NO_FILE: Final[Statuses] = {404: "OPTIONS GET HEAD", 405: ANYTHING_ELSE}
A_HOME: Final[Statuses] = {
    200: "OPTIONS GET HEAD REPORT-free-busy-query REPORT-principal-search-property-set",
    207: f"PROPFIND PROPPATCH REPORT-sync-collection {MEMBER_REPORTS}"
    " REPORT-principal-property-search REPORT-principal-match",
    403: "COPY MOVE DELETE MKCALENDAR MKCOL ACL REPORT-acl-principal-prop-set",
    # The share that is accepted is none.
    404: "POST",
    405: "PUT LOCK",
}
A_SHARED_CALENDAR: Final[Statuses] = {
    200: "OPTIONS GET HEAD REPORT-free-busy-query",
    # The properties that a sharee sets are the sharee's own.
    207: f"PROPFIND PROPPATCH {CALENDAR_REPORTS}",
    403: f"COPY DELETE MKCALENDAR MKCOL POST ACL {FINDING}",
    404: "MOVE",
    405: "PUT LOCK",
}
A_READ_OBJECT: Final[Statuses] = {
    200: "OPTIONS GET HEAD",
    201: "COPY",
    207: f"PROPFIND PROPPATCH {MEMBER_REPORTS}",
    403: f"PUT POST DELETE MOVE MKCALENDAR MKCOL ACL {NOT_OF_MEMBERS}",
    405: "LOCK",
}

AN_OUTBOX: Final[Statuses] = {
    200: "OPTIONS GET HEAD POST",
    207: "PROPFIND PROPPATCH REPORT-expand-property",
    403: f"COPY MOVE DELETE MKCALENDAR MKCOL ACL {QUERIES} {NOT_OF_MEMBERS}",
    405: "PUT LOCK",
}

ANSWERS: Final[tuple[tuple[tuple[str, ...], tuple[str, ...], Statuses], ...]] = (
    (tuple(FORMS), ("nobody",), {200: "OPTIONS", 401: ANYTHING_ELSE}),
    (("start page",), ("nobody",), {200: "OPTIONS GET HEAD", 401: ANYTHING_ELSE}),
    (("well-known",), RELATIONS, {200: "OPTIONS", 301: ANYTHING_ELSE}),
    (OF_ANN, ("stranger",), DENIED),
    (("mount", "mounted object"), ("own", "stranger"), DENIED),
    (ALONE, SHAREES, DENIED),
    (
        ROOTS,
        SIGNED_IN,
        {
            200: "OPTIONS GET HEAD REPORT-principal-search-property-set",
            207: "PROPFIND PROPPATCH REPORT-expand-property REPORT-principal-property-search REPORT-principal-match",
            403: "COPY MOVE DELETE MKCALENDAR MKCOL ACL REPORT-sync-collection REPORT-free-busy-query"
            f" REPORT-acl-principal-prop-set {QUERIES}",
            405: "PUT POST LOCK",
        },
    ),
    (HOMES, ("own",), A_HOME),
    (("one's own home",), OTHERS, A_HOME),
    ((*PRIVATE_CALENDARS, *SHARED_CALENDARS), ("own",), A_CALENDAR),
    (
        ("one's own calendar",),
        SIGNED_IN,
        # The default calendar stays, and its events do not get into Ann's.
        {**A_CALENDAR, 201: "", 204: "", 403: f"{A_CALENDAR[403]} MOVE DELETE"},
    ),
    # There is nobody to share with but oneself.
    (("one's own calendar",), ("stranger",), {403: "POST"}),
    (
        ("missing calendar",),
        ("own",),
        {
            200: "OPTIONS",
            201: "MKCALENDAR",
            403: f"COPY MKCOL {FINDING}",
            404: f"PROPFIND GET HEAD PROPPATCH POST MOVE DELETE ACL REPORT-free-busy-query {CALENDAR_REPORTS}",
            405: "PUT LOCK",
        },
    ),
    ((*PRIVATE_OBJECTS, "shared object"), ("own",), AN_OBJECT),
    (("missing object", "missing shared object"), ("own",), A_NEW_OBJECT),
    (SHARED_CALENDARS, SHAREES, A_SHARED_CALENDAR),
    # A sharee ends the share by DELETE.
    (("mount",), SHAREES, {**A_SHARED_CALENDAR, 204: "DELETE", 403: A_SHARED_CALENDAR[403].replace("DELETE ", "")}),
    (("shared object", "mounted object"), ("reader",), A_READ_OBJECT),
    (
        ("shared object", "mounted object"),
        ("writer",),
        # A managed attachment does not move to another account.
        {**AN_OBJECT, 201: "POST COPY", 403: f"{AN_OBJECT[403]} MOVE"},
    ),
    (
        ("missing shared object",),
        ("reader",),
        {
            207: A_NEW_OBJECT[207],
            403: f"{A_NEW_OBJECT[403]} PUT POST DELETE MOVE",
            404: "OPTIONS LOCK PROPFIND PROPPATCH GET HEAD COPY REPORT-calendar-query REPORT-expand-property",
        },
    ),
    (("missing shared object",), ("writer",), A_NEW_OBJECT),
    (
        ("inbox",),
        ("own",),
        {
            200: "OPTIONS GET HEAD",
            207: f"PROPFIND PROPPATCH REPORT-sync-collection {MEMBER_REPORTS}",
            # It grants questions about free/busy only.
            403: "ACL COPY MOVE DELETE MKCALENDAR MKCOL REPORT-free-busy-query REPORT-acl-principal-prop-set "
            + FINDING,
            405: "PUT LOCK",
            415: "POST",
        },
    ),
    (
        ("inbox item",),
        ("own",),
        {
            200: "OPTIONS GET HEAD",
            204: "DELETE",
            207: f"PROPFIND PROPPATCH {QUERIES}",
            403: f"PUT COPY MOVE MKCALENDAR MKCOL ACL REPORT-expand-property {NOT_OF_MEMBERS}",
            405: "POST LOCK",
        },
    ),
    (("outbox",), ("own",), AN_OUTBOX),
    (("one's own outbox",), SIGNED_IN, AN_OUTBOX),
    (
        ("notifications",),
        ("own",),
        {
            200: "OPTIONS GET HEAD",
            207: "PROPFIND PROPPATCH REPORT-expand-property",
            403: f"COPY MOVE DELETE MKCALENDAR MKCOL ACL {QUERIES} {NOT_OF_MEMBERS}",
            405: "PUT POST LOCK",
        },
    ),
    (
        ("notification",),
        ("own",),
        {
            200: "OPTIONS GET HEAD",
            204: "DELETE",
            207: "PROPFIND PROPPATCH",
            403: f"PUT COPY MOVE MKCALENDAR MKCOL ACL REPORT-expand-property {QUERIES} {NOT_OF_MEMBERS}",
            405: "POST LOCK",
        },
    ),
    (
        ("one's own object",),
        OTHERS,
        # It does not get into Ann's calendar; PUT has another UID.
        {**AN_OBJECT, 201: "POST", 204: "DELETE", 403: f"{AN_OBJECT[403]} PUT COPY MOVE"},
    ),
    (("one's own object",), ("own",), {**AN_OBJECT, 204: "DELETE", 403: f"{AN_OBJECT[403]} PUT"}),
    (FILES, ("own",), A_FILE),
    (("shared file",), SHAREES, A_FILE),
    (FILES[:2], SHAREES, NO_FILE),
    (FILES, ("stranger",), NO_FILE),
    (("registration",), ("own",), {200: "OPTIONS", 204: "DELETE", 405: ANYTHING_ELSE}),
    (("registration",), OTHERS, {200: "OPTIONS", 404: "DELETE", 405: ANYTHING_ELSE}),
)
"""Forms, relations, and the actions by the status of their answer. A later row replaces an earlier one."""


def expected() -> Iterator[tuple[tuple[str, str, str], int]]:
    """The status for each form, relation and action."""
    for forms, relations, statuses in ANSWERS:
        named = {action.replace("-", " ", 1): status for status, all in statuses.items() for action in all.split()}
        rest = named.pop(ANYTHING_ELSE, None)
        for form in forms:
            for relation in relations:
                for action in ACTIONS if rest is not None else named:
                    yield (form, relation, action), named.get(action, rest or 0)


EXPECTED: Final = dict(expected())
LAST = ("COPY", "DELETE", "MOVE", "ACL")
"""After a change by these, or of a place that was missing, the places are made again."""


def test_every_kind_method_and_report_has_its_row() -> None:
    assert {form.kind for form in FORMS.values()} == set(Kind)
    assert {name.partition("}")[2] for name in HANDLERS} == set(REPORT_BODIES)
    everything = {(form, relation, action) for form in FORMS for relation in RELATIONS for action in ACTIONS}
    assert everything - set(EXPECTED) == set()
    assert set(EXPECTED) - everything == set()


def may_see(relation: str) -> tuple[str, ...]:
    """The words that may be in an answer to this person."""
    return {"own": (PRIVATE, SHARED), "reader": (SHARED,), "writer": (SHARED,)}.get(relation, ())


def may_change(relation: str, action: str, answer: Answer) -> bool:
    """Only a success of one who shares the calendar changes what its people have."""
    reading = action.startswith("REPORT") or action in ("PROPFIND", "GET", "HEAD", "OPTIONS")
    return relation in ("own", *SHAREES) and answer.status < 300 and not reading


@pytest.mark.parametrize("relation", RELATIONS)
def test_the_matrix(site: Site, relation: str) -> None:
    here = meet(site)
    state = here.state()
    wrong: list[str] = []
    for action in sorted(ACTIONS, key=LAST.__contains__):
        for form in FORMS:
            answer, said = ask(here, relation, form, action)
            seen = f"{answer.headers} {answer.body.decode('utf-8', 'replace')}"
            hidden = {word for word in (PRIVATE, SHARED) if word in seen and word not in said} - {*may_see(relation)}
            before, state = state, here.state()
            if answer.status != EXPECTED[form, relation, action]:
                wrong.append(f"{action} {form}: {answer.status}, not {EXPECTED[form, relation, action]}")
            if hidden:
                wrong.append(f"{action} {form}: shows {hidden}")
            if state != before and not may_change(relation, action, answer):
                wrong.append(f"{action} {form}: answered {answer.status}, and changed {before} to {state}")
            if state != before and (action in LAST or form.startswith("missing")):
                here.furnish()
                state = here.state()
    assert not wrong, "\n".join(wrong)


def test_the_owner_sees_what_the_others_do_not(site: Site) -> None:
    """The words would be found: the matrix proves nothing about a place that has none."""
    here: Neighbours = meet(site)
    for form, action in (("private calendar", "PROPFIND"), ("private object", "GET"), ("inbox item", "GET")):
        answer, _ = ask(here, "own", form, action)
        assert PRIVATE in answer.text, form
    assert PRIVATE in ask(here, "own", "private file", "GET")[0].text
    assert SHARED in ask(here, "reader", "mounted object", "GET")[0].text
