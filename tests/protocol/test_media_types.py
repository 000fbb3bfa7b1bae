"""RFC 9110 §15.5.16, §12.5.1: an answer to a body that cannot be taken names what can."""

import pytest

from support.dav import Client, cal, event


@pytest.mark.parametrize(
    ("path", "accepted"),
    [
        ("@default/", {"text/calendar", "application/xml", "text/xml"}),
        ("@", {"application/xml", "text/xml"}),
    ],
)
def test_a_post_of_something_else_names_what_is_taken(ann: Client, path: str, accepted: set[str]) -> None:
    answer = ann.ask("POST", path.replace("@", ann.home), b"{}", Content_Type="application/json")
    assert answer.status == 415
    assert {each.partition(";")[0].strip() for each in answer.headers["accept"].split(",")} == accepted


def test_a_put_of_something_else_names_what_is_taken(ann: Client) -> None:
    answer = ann.ask("PUT", f"{ann.calendar()}a.ics", event("a@example.com"), Content_Type="text/vcard")
    assert (answer.status, answer.precondition()) == (403, cal("supported-calendar-data"))
    assert answer.headers["accept"].startswith("text/calendar")
    assert "text/vcard" in answer.text


def test_a_post_of_something_else_to_the_outbox_names_what_is_taken(ann: Client) -> None:
    answer = ann.ask("POST", f"{ann.home}outbox/", b"{}", Content_Type="application/json")
    assert (answer.status, answer.precondition()) == (403, cal("supported-calendar-data"))
    assert answer.headers["accept"].startswith("text/calendar")


@pytest.mark.parametrize("method", ["PUT", "PROPFIND", "POST"])
def test_a_compressed_body_names_the_codings_that_are_taken(ann: Client, method: str) -> None:
    """§15.5.16: here Accept-Encoding, because the coding is at fault."""
    path = f"{ann.calendar()}a.ics" if method == "PUT" else ann.calendar()
    answer = ann.ask(method, path, b"\x1f\x8b", Content_Encoding="gzip", Content_Type="text/calendar")
    assert (answer.status, answer.headers["accept-encoding"]) == (415, "identity")


def test_an_mkcol_that_is_no_xml_names_xml(ann: Client) -> None:
    answer = ann.ask("MKCOL", ann.calendar("new"), b"hello", Content_Type="text/plain")
    assert answer.status == 415
    assert "application/xml" in answer.headers["accept"]
