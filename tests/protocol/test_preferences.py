"""RFC 7240, RFC 8144: a client's preferences for the answer; RFC 5995: a member whose name the server chooses."""

import pytest

from support.dav import DECLARED, NAMESPACES, Client, cal, dav, event
from televent.adapters.caldav.webdav.prefer import preferences


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", {}),
        ("return=minimal", {"return": "minimal"}),
        ("RETURN=Minimal, depth-noroot", {"return": "minimal", "depth-noroot": ""}),
        ('return="minimal"; x=1, wait = 10', {"return": "minimal", "wait": "10"}),
        ("return=minimal, return=representation", {"return": "minimal"}),
        ('a="x, return=minimal"', {"a": "x, return=minimal"}),
        ("=, ,;", {}),
        ('a="x, y", b="z" , c', {"a": "x, y", "b": "z", "c": ""}),
        ('a="x, return=minimal', {"a": "", "return": "minimal"}),
        # An algorithm that takes the square of the length does not end within the time that pytest gives a test.
        ("," * 1_000_000, {}),
        (',"' * 500_000, {}),
        ('"' * 1_000_001 + ",a", {"a": ""}),
    ],
)
def test_preferences_are_read_by_their_grammar(header: str, found: dict[str, str]) -> None:
    assert preferences({"prefer": header}) == found


def test_what_only_looks_like_a_preference_is_none(ann: Client) -> None:
    answer = ann.propfind(ann.home, "D:nothing", Prefer='note="return=minimal"')
    assert answer.only().missing == {dav("nothing")}
    assert "preference-applied" not in answer.headers


def test_members_come_without_the_collection_for_who_prefers_that(ann: Client) -> None:
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    answer = ann.propfind(ann.calendar(), "D:getetag", depth="1", Prefer="depth-noroot")
    assert set(answer.responses()) == {f"{ann.calendar()}a.ics"}
    assert answer.headers["preference-applied"] == "depth-noroot"
    for path in (ann.home, "/caldav/"):
        assert path not in ann.propfind(path, "D:owner", depth="1", Prefer="depth-noroot").responses()
    alone = ann.propfind(ann.calendar(), "D:owner", depth="0", Prefer="depth-noroot")
    assert alone.only().href == ann.calendar()


def test_properties_that_were_all_set_need_no_body(ann: Client) -> None:
    body = f"<D:propertyupdate {DECLARED}><D:set><D:prop><D:displayname>One</D:displayname></D:prop></D:set>"
    for path, answered in ((ann.calendar(), 200), (f"{ann.home}no-such/", 404)):
        answer = ann.ask("PROPPATCH", path, f"{body}</D:propertyupdate>", Prefer="return=minimal")
        assert answer.status == answered
    answer = ann.ask("PROPPATCH", ann.calendar(), f"{body}</D:propertyupdate>", Prefer="return=minimal")
    assert (answer.body, answer.headers["preference-applied"]) == (b"", "return=minimal")
    assert ann.propfind(ann.calendar(), "D:displayname").only().text(dav("displayname")) == "One"


def test_properties_are_named_if_one_was_refused_or_apple_asks(ann: Client) -> None:
    def patch(value: str, **headers: str) -> tuple[int, set[str]]:
        body = f"<D:propertyupdate {DECLARED}><D:set><D:prop>{value}</D:prop></D:set></D:propertyupdate>"
        answer = ann.ask("PROPPATCH", ann.calendar(), body, **headers)
        return answer.status, set(answer.only().by_status)

    both = {"Prefer": "return=minimal", "Brief": "t"}
    assert patch("<D:displayname>One</D:displayname>", **both) == (207, {"200"})
    assert patch("<D:displayname>Two</D:displayname>", Brief="t") == (207, {"200"})
    assert patch("<D:displayname>Three</D:displayname>") == (207, {"200"})
    assert patch("<D:resourcetype/>", Prefer="return=minimal") == (207, {"403"})
    assert ann.propfind(ann.calendar(), "D:displayname").only().text(dav("displayname")) == "Three"


def test_a_put_can_answer_with_what_is_stored(ann: Client) -> None:
    path, wanted = f"{ann.calendar()}a.ics", {"Prefer": "return=representation"}
    made = ann.put(path, event("a@example.com"), **wanted)
    assert (made.status, made.body, made.headers["content-location"]) == (201, event("a@example.com"), path)
    changed = ann.put(path, event("a@example.com", "SUMMARY:New"), If_Match=made.headers["etag"], **wanted)
    assert (changed.status, changed.body) == (200, event("a@example.com", "SUMMARY:New"))
    assert changed.headers["preference-applied"] == "return=representation"
    assert changed.headers["etag"] == ann.ask("HEAD", path).headers["etag"]
    stale = ann.put(path, event("a@example.com"), If_Match=made.headers["etag"], **wanted)
    assert (stale.status, stale.body, stale.headers["etag"]) == (412, changed.body, changed.headers["etag"])
    assert ann.put(f"{path}x", event("b@example.com"), If_Match='"x"', **wanted).status == 412


def test_the_representation_is_the_stored_one_where_it_differs_from_the_sent_one(ann: Client) -> None:
    bob = ann.site.person(102, "Bob", "bob@example.com")
    meeting = event("m@example.com", "ORGANIZER:mailto:ann@example.com", "ATTENDEE:mailto:bob@example.com")
    path = f"{ann.calendar()}m.ics"
    answer = ann.put(path, meeting, Prefer="return=representation")
    assert answer.body == ann.ask("GET", path).body != meeting
    assert len(bob.sync(bob.calendar()).responses()) == 1


def test_a_new_member_is_posted_to_the_collection(ann: Client) -> None:
    listed = ann.propfind(ann.calendar(), "D:supported-live-property-set").only()
    assert dav("add-member") in {str(each.tag) for each in listed.props[dav("supported-live-property-set")].iter()}
    (place,) = ann.propfind(ann.calendar(), "D:add-member").only().hrefs(dav("add-member"))
    answer = ann.ask("POST", place, event("a@example.com"), Content_Type="text/calendar; charset=utf-8")
    assert answer.status == 201
    got = ann.ask("GET", answer.headers["location"])
    assert (got.status, got.body, got.headers["etag"]) == (200, event("a@example.com"), answer.headers["etag"])
    assert set(ann.sync(ann.calendar()).responses()) == {answer.headers["location"]}
    shown = ann.ask("POST", place, event("b@example.com"), Content_Type="text/calendar", Prefer="return=representation")
    assert (shown.status, shown.body) == (201, event("b@example.com"))
    assert shown.headers["location"] == shown.headers["content-location"]


def test_what_a_put_refuses_a_post_refuses(ann: Client) -> None:
    def post(path: str, body: bytes) -> tuple[int, str]:
        answer = ann.ask("POST", path, body, Content_Type="text/calendar")
        return answer.status, answer.precondition() if answer.body.startswith(b"<?xml") else ""

    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    answer = ann.ask("POST", ann.calendar(), event("a@example.com"), Content_Type="text/calendar")
    assert answer.precondition() == cal("no-uid-conflict")
    assert answer.xml[0].findtext("D:href", namespaces=NAMESPACES) == f"{ann.calendar()}a.ics"
    assert post(ann.calendar(), b"nonsense") == (403, cal("valid-calendar-data"))
    assert post(ann.calendar("none"), event("b@example.com"))[0] in (404, 409)
    assert len(ann.sync(ann.calendar()).responses()) == 1
