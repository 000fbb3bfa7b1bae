"""RFC 6638 §5, §10, §11.1, §11.3: free/busy requests to the scheduling outbox."""

import pytest

from support.dav import NAMESPACES, Client, Site, cal, dav, event
from support.outbox import let_everyone_ask, post, question, told

ANN, BOB = "mailto:ann@example.com", "mailto:bob@example.com"
TEN = "BUSY:20261125T100000Z/20261125T110000Z"


@pytest.fixture
def bob(site: Site) -> Client:
    bob = site.person(102, "Bob", "bob@example.com")
    let_everyone_ask(bob)
    return bob


def test_the_outbox_tells_when_others_are_busy(ann: Client, bob: Client) -> None:
    bob.put(f"{bob.calendar()}b.ics", event("b@example.com", "SUMMARY:Secret"))
    answers = told(post(ann, question(ANN, BOB, "mailto:eve@example.com")))
    assert [*answers] == [BOB, "mailto:eve@example.com"]
    assert (answers[BOB].status, answers[BOB].busy) == ("2.0;Success", (TEN,))
    assert "Secret" not in answers[BOB].data
    assert answers["mailto:eve@example.com"].status.startswith("3.7")


def test_local_times_in_a_request_for_free_busy_are_the_persons_own(ann: Client) -> None:
    ann.put(f"{ann.calendar()}b.ics", event("b@example.com"))
    for start, busy in (("20261125T103000", True), ("20261125T110000", False)):
        answers = told(post(ann, question(ANN, ANN, span=(start, "20261125T120000"))))
        assert bool(answers[ANN].busy) is busy


def test_the_event_that_is_being_edited_makes_nobody_busy(ann: Client, bob: Client) -> None:
    guest = "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bob@example.com"
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com", "SUMMARY:Talk", "ORGANIZER:mailto:ann@example.com", guest))
    late = event("b@example.com", start="20261125T103000Z", end="20261125T113000Z")
    bob.put(f"{bob.calendar()}b.ics", late)
    later = "BUSY:20261125T103000Z/20261125T113000Z"
    answers = told(post(ann, question(ANN, ANN, BOB)))
    assert (answers[ANN].busy, set(answers[BOB].busy)) == ((TEN,), {f"BUSY-TENTATIVE{TEN[4:]}", later})
    masked = told(post(ann, question(ANN, ANN, BOB, lines=("X-CALENDARSERVER-MASK-UID:a@example.com",))))
    assert (masked[ANN].busy, masked[BOB].busy) == ((), (later,))


def test_a_series_that_is_being_edited_makes_nobody_busy_either(ann: Client) -> None:
    """The index has no occurrences of a series in an unknown zone, so its text is read."""
    zone = "DTSTART;TZID=Nowhere:20261124T100000"
    text = event("a@example.com", "RRULE:FREQ=DAILY;COUNT=5").replace(b"DTSTART:20261125T100000Z", zone.encode())
    ann.put(f"{ann.calendar()}a.ics", text.replace(b"DTEND:20261125T110000Z", b"DURATION:PT1H"))
    assert told(post(ann, question(ANN, ANN)))[ANN].busy != ()
    masked = question(ANN, ANN, lines=("X-CALENDARSERVER-MASK-UID:a@example.com",))
    assert told(post(ann, masked))[ANN].busy == ()


def test_older_clients_name_in_headers_who_asks_and_who_is_asked(ann: Client, bob: Client) -> None:
    headers = {"Originator": ANN, "Recipient": f"{BOB}, mailto:eve@example.com"}
    assert [*told(post(ann, question(ANN, BOB), **headers))] == [BOB]
    # The message counts, whatever the headers say.
    refused = post(ann, question(BOB, BOB), **headers)
    assert (refused.status, refused.precondition()) == (403, cal("valid-organizer"))


def test_people_are_found_by_every_address_they_have(ann: Client, bob: Client) -> None:
    bob.put(f"{bob.calendar()}b.ics", event("b@example.com"))
    entry = bob.propfind(bob.home, "C:calendar-user-address-set").only()
    addresses = entry.hrefs(cal("calendar-user-address-set"))
    assert {BOB, f"urn:uuid:{bob.tenant}", bob.home} <= set(addresses)
    url = f"http://127.0.0.1:{ann.site.port}{bob.home}"
    elsewhere = f"http://elsewhere.example{bob.home}"
    for asked in (addresses, ["MAILTO:Bob@Example.COM", url]):
        answers = told(post(ann, question(ANN, *asked, elsewhere)))
        assert [*answers] == [*asked, elsewhere]
        assert {answers[each].busy for each in asked} == {(TEN,)}
        assert answers[elsewhere].status.startswith("3.7")


def test_who_is_named_twice_is_answered_once(ann: Client, bob: Client) -> None:
    answer = post(ann, question(ANN, BOB, "mailto:BOB@example.com"))
    assert len(answer.xml.findall("C:response", NAMESPACES)) == 1


def test_one_asks_by_any_address_of_ones_own(ann: Client) -> None:
    for organizer in ("MAILTO:ANN@example.com", f"urn:uuid:{ann.tenant}", ann.home):
        assert [*told(post(ann, question(organizer, ANN)))] == [ANN]


@pytest.mark.parametrize("organizer", [BOB, "mailto:eve@example.com", "mailto:x", "/caldav/"])
def test_nobody_asks_in_anothers_name(ann: Client, bob: Client, organizer: str) -> None:
    refused = post(ann, question(organizer, ANN))
    assert (refused.status, refused.precondition()) == (403, cal("valid-organizer"))


def test_an_address_that_only_ends_like_ones_own_is_anothers(ann: Client) -> None:
    refused = post(ann, question(f"http://elsewhere.example{ann.home}", ANN))
    assert (refused.status, refused.precondition()) == (403, cal("valid-organizer"))


def test_the_outbox_takes_nothing_else(ann: Client) -> None:
    assert post(ann, "hello").precondition() == cal("valid-calendar-data")
    assert post(ann, question(ANN, ANN), Content_Type="application/json").precondition() == cal(
        "supported-calendar-data"
    )
    wrong = [
        event("a@example.com").decode(),
        question(ANN),
        question(ANN, ANN).replace("METHOD:REQUEST", "METHOD:REPLY"),
        question(ANN, ANN).replace("ORGANIZER", "X-ORGANIZER"),
        question(ANN, ANN, lines=(f"ORGANIZER:{BOB}",)),
        question(ANN, ANN).replace("DTEND:20261126", "DTEND:20261124"),
        question(ANN, ANN).replace("DTSTART", "X-DTSTART"),
        question(ANN, ANN).replace("BEGIN:VFREEBUSY", "BEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\nBEGIN:VFREEBUSY"),
    ]
    for each in wrong:
        refused = post(ann, each)
        assert (refused.status, refused.precondition()) == (400, cal("valid-scheduling-message")), each


def test_what_one_request_may_ask_is_bounded_and_said(ann: Client) -> None:
    entry = ann.propfind(f"{ann.home}outbox/", "C:max-attendees-per-instance", "C:max-resource-size").only()
    most = int(entry.text(cal("max-attendees-per-instance")))
    people = [f"mailto:guest{number}@example.com" for number in range(most + 1)]
    assert len(told(post(ann, question(ANN, *people[:-1])))) == most
    assert post(ann, question(ANN, *people)).precondition() == cal("max-attendees-per-instance")
    long = post(ann, question(ANN, ANN, span=("20260101T000000Z", "20300101T000000Z")))
    assert (long.status, long.precondition()) == (403, dav("number-of-matches-within-limits"))
    text = question(ANN, ANN, lines=(f"COMMENT:{'x' * int(entry.text(cal('max-resource-size')))}",))
    assert post(ann, text).precondition() == cal("max-resource-size")
