"""RFC 4791 §5.2.5–§5.2.9, §5.3.2.1: a calendar states its limits and refuses larger objects."""

import pytest

from support.dav import DECLARED, Client, cal, event

BOUNDS = ("max-resource-size", "min-date-time", "max-date-time", "max-instances", "max-attendees-per-instance")


def limit(client: Client, name: str) -> str:
    return client.propfind(client.calendar(), f"C:{name}").only().text(cal(name))


def refusal(client: Client, text: bytes) -> str:
    """The precondition by which a PUT is refused; "" where it is taken."""
    answer = client.put(f"{client.calendar()}a.ics", text)
    if answer.status in (201, 204):
        return ""
    assert answer.status == 403
    assert client.ask("GET", f"{client.calendar()}a.ics").status == 404
    return answer.precondition()


def test_the_bounds_are_properties_that_no_client_sets(ann: Client) -> None:
    entry = ann.propfind(ann.calendar(), *(f"C:{name}" for name in BOUNDS)).only()
    assert {name: entry.text(cal(name)) for name in BOUNDS} == {
        "max-resource-size": "1048576",
        "min-date-time": "00010103T000000Z",
        "max-date-time": "99981230T000000Z",
        "max-instances": "40000",
        "max-attendees-per-instance": "500",
    }
    body = "<D:set><D:prop><C:max-instances>1</C:max-instances></D:prop></D:set>"
    answer = ann.ask("PROPPATCH", ann.calendar(), f"<D:propertyupdate {DECLARED}>{body}</D:propertyupdate>")
    assert list(answer.only().by_status) == ["403"]


def test_an_object_of_the_largest_size_is_taken_and_one_more_byte_is_not(ann: Client) -> None:
    size = int(limit(ann, "max-resource-size"))
    bare = event("a@example.com", "COMMENT:")
    lines = "COMMENT:" + "x" * (size - len(bare))
    assert refusal(ann, event("a@example.com", lines + "x")) == cal("max-resource-size")
    assert refusal(ann, event("a@example.com", lines)) == ""


@pytest.mark.parametrize(
    ("lines", "times", "precondition"),
    [
        ((), {"start": "00010102T100000Z", "end": "00010102T110000Z"}, "min-date-time"),
        ((), {"start": "20261125T100000Z", "end": "99981230T000000Z"}, "max-date-time"),
        (("RRULE:FREQ=DAILY;COUNT=40001",), {}, "max-instances"),
        (("RRULE:FREQ=SECONDLY",), {}, "max-instances"),
        ((*(f"ATTENDEE:mailto:guest{n}@example.com" for n in range(501)),), {}, "max-attendees-per-instance"),
    ],
)
def test_what_passes_a_bound_is_refused_by_its_name(
    ann: Client, lines: tuple[str, ...], times: dict[str, str], precondition: str
) -> None:
    assert refusal(ann, event("a@example.com", *lines, **times)) == cal(precondition)


def test_what_reaches_the_bounds_is_taken(ann: Client) -> None:
    assert refusal(ann, event("a@example.com", start="00010103T000000Z", end="99981229T235959Z")) == ""
    assert ann.ask("DELETE", f"{ann.calendar()}a.ics").status == 204
    assert refusal(ann, event("a@example.com", "RRULE:FREQ=DAILY;COUNT=40000")) == ""
