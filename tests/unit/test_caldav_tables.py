"""Every refusal has its answer; every property and report that is listed can be answered."""

from typing import get_args

from televent.adapters.caldav.errors import TABLE, of_refusal
from televent.adapters.caldav.methods.report import HANDLERS
from televent.adapters.caldav.properties.rfc3253 import REPORTS
from televent.adapters.caldav.properties.rfc3744 import PRIVILEGES
from televent.adapters.caldav.properties.rfc4918 import PROPERTIES as DAV_PROPERTIES
from televent.adapters.caldav.properties.table import ALL
from televent.adapters.caldav.properties.view import AnyView
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import c
from televent.application import refusals
from televent.domain.refusal import every_refusal


def test_every_refusal_has_a_row() -> None:
    known = {refusal for refusal in every_refusal() if refusal.__module__.startswith("televent.")}
    assert known - set(TABLE) == set()


def test_an_invalid_object_is_answered_with_the_precondition_it_breaks() -> None:
    error = of_refusal(refusals.InvalidObject(precondition="max-instances", reason="too many"))
    assert (error.status, error.condition) == (403, "<C:max-instances/>")


def test_a_uid_conflict_names_the_resource_that_stands() -> None:
    error = of_refusal(refusals.UidConflict(href="a b.ics"), "/caldav/u/default/")
    assert error.condition == "<C:no-uid-conflict><D:href>/caldav/u/default/a%20b.ics</D:href></C:no-uid-conflict>"


def test_no_property_is_defined_twice() -> None:
    names = [live.name for live in ALL]
    assert len(names) == len(set(names))


def test_every_report_that_is_listed_has_a_handler() -> None:
    assert {name for names in REPORTS.values() for name in names} == set(HANDLERS)
    assert c("calendar-query") in HANDLERS


def test_every_kind_that_can_be_seen_has_privileges_and_a_type() -> None:
    resourcetype = next(live for live in DAV_PROPERTIES if live.name == "{DAV:}resourcetype")
    seen = set(Kind) - {Kind.WELL_KNOWN, Kind.INBOX_ITEM, Kind.PUSH_REGISTRATION, Kind.ATTACHMENT}
    assert set(PRIVILEGES) == set(resourcetype.getters) == seen
    assert len(get_args(AnyView)) == 4
