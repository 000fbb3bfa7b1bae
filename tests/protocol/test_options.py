"""RFC 9110 §9.3.7, RFC 4918 §10.1: OPTIONS names the methods that work on a resource, or would work there."""

import pytest

from support.attachments import add, put, where
from support.dav import DECLARED, Answer, Client, Site, event
from support.shares import mounted

MKCOL = (
    f"<D:mkcol {DECLARED}><D:set><D:prop><D:resourcetype><D:collection/><C:calendar/></D:resourcetype></D:prop></D:set>"
    "</D:mkcol>"
)
EVERY = (
    *("GET", "HEAD", "PUT", "POST", "DELETE", "COPY", "MOVE", "PROPFIND", "PROPPATCH", "REPORT", "ACL", "MKCALENDAR"),
    *("MKCOL", "LOCK", "UNLOCK", "PATCH", "TRACE", "SEARCH"),
)


def allowed(answer: Answer) -> set[str]:
    assert answer.status == 200
    return {each.strip() for each in answer.headers["allow"].split(",")}


def test_where_nothing_is_only_what_makes_something_is_allowed(ann: Client) -> None:
    assert allowed(ann.ask("OPTIONS", ann.calendar("new"))) == {"OPTIONS", "MKCALENDAR", "MKCOL"}
    assert allowed(ann.ask("OPTIONS", f"{ann.calendar()}new.ics")) == {"OPTIONS", "PUT"}


@pytest.mark.parametrize(
    "path",
    [
        *(
            "@new/a.ics",
            "@inbox/a.ics",
            "@notifications/a.xml",
            "@attachments/1/a.txt",
            "@default/a/b",
            "@outbox/a.ics",
        ),
        *("@attachments/dc84084a-d166-42f1-aeab-31954c38648f/a.txt", "/nothing/", "/caldav/1/2/3/4/5/6"),
    ],
)
def test_where_nothing_is_and_nothing_can_be_made_is_404(ann: Client, path: str) -> None:
    answer = ann.ask("OPTIONS", path.replace("@", ann.home))
    assert answer.status == 404
    assert "allow" not in answer.headers


def test_a_path_that_no_resource_can_have_is_404_for_anybody(ann: Client) -> None:
    assert ann.ask("OPTIONS", "/nothing/", login=False).status == 404
    assert ann.ask("OPTIONS", "*", login=False).status == 200


def test_a_calendar_that_is_there_is_not_made_again(ann: Client) -> None:
    methods = allowed(ann.ask("OPTIONS", ann.calendar()))
    assert {"PUT", "DELETE", "MOVE", "REPORT", "POST"} <= methods
    assert not {"MKCALENDAR", "MKCOL"} & methods


def test_a_stranger_learns_nothing_about_what_is_there(ann: Client) -> None:
    put(ann)
    for there, free in ((ann.calendar(), ann.calendar("new")), (f"{ann.calendar()}a.ics", f"{ann.calendar()}b.ics")):
        one, other = (ann.ask("OPTIONS", path, login=False) for path in (there, free))
        assert allowed(one) == allowed(other)
        assert "etag" not in one.headers


def test_in_another_persons_tree_nothing_is_allowed_and_a_wrong_password_is_told(site: Site, ann: Client) -> None:
    bob = site.person(102, "Bob")
    for path in (bob.home, bob.calendar(), bob.calendar("none"), f"{bob.calendar()}a.ics", f"{bob.home}inbox/a.ics"):
        assert allowed(ann.ask("OPTIONS", path)) == {"OPTIONS"}
    bob.password = "wrong"
    assert bob.ask("OPTIONS", bob.calendar()).status == 401


def test_a_calendar_that_one_may_only_read_takes_no_put(site: Site, ann: Client) -> None:
    bob = site.person(102, "Bob", "bob@example.com")
    put(ann)
    reading = mounted(ann, bob, "read", "default")
    methods = allowed(bob.ask("OPTIONS", reading))
    assert {"GET", "PROPFIND", "REPORT", "PROPPATCH", "DELETE"} <= methods
    assert not {"PUT", "MKCALENDAR", "MOVE", "COPY"} & methods
    assert not {"DELETE", "MOVE", "POST"} & allowed(bob.ask("OPTIONS", f"{reading}a.ics"))
    assert bob.ask("OPTIONS", f"{reading}new.ics").status == 404


def test_what_is_allowed_is_not_405_and_what_is_not_fails(ann: Client) -> None:
    put(ann)
    attached = where(add(ann))
    paths = ["/", "/caldav/", ann.home, ann.calendar(), f"{ann.calendar()}a.ics", attached]
    paths += [f"{ann.home}{name}/" for name in ("inbox", "outbox", "notifications")]
    for path in paths:
        methods = allowed(ann.ask("OPTIONS", path))
        assert methods <= {*EVERY, "OPTIONS"}
        for method in EVERY:
            # An If-Match that never holds keeps what is there.
            status = ann.ask(method, path, If_Match='"never"').status
            if method in methods and (method, path) != ("PUT", ann.calendar()):
                assert status not in (405, 501), (method, path)
            elif method not in methods:
                assert status >= 400, (method, path)
            if status == 405:
                allow = ann.ask(method, path, If_Match='"never"').headers["allow"]
                # The Allow of a calendar has PUT, which clients look for there; the calendar itself cannot be PUT.
                assert {each.strip() for each in allow.split(",")} == methods - {method}, (method, path)


def test_a_method_that_is_not_known_names_what_is_possible_there(ann: Client) -> None:
    answer = ann.ask("LOCK", ann.calendar("new"))
    assert (answer.status, answer.headers["allow"]) == (405, "OPTIONS, MKCALENDAR, MKCOL")
    assert ann.ask("LOCK", f"{ann.calendar('new')}a.ics").status == 404
    assert ann.ask("MKCALENDAR", ann.calendar("new")).status == 201
    again = ann.ask("MKCOL", ann.calendar("new"), MKCOL, Content_Type="application/xml")
    assert again.status == 405
    assert "PROPFIND" in again.headers["allow"]


def test_an_object_that_is_there_takes_what_it_says(ann: Client) -> None:
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    methods = allowed(ann.ask("OPTIONS", f"{ann.calendar()}a.ics"))
    assert {"GET", "HEAD", "PUT", "POST", "DELETE", "COPY", "MOVE", "PROPFIND", "PROPPATCH", "REPORT"} <= methods
