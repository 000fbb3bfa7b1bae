"""An organizer without a chat decides by a mail's link about people who would come uninvited."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from support.mail_cards import BOB, Page, Web, link_in, mails, post, text_of, without_chat
from support.post import EDGE, OtherServer, PostOffice, itip_mail, message, open_post_office
from support.town import Person, Town, meeting
from televent.application.use_cases.people.preferences import change_preferences

EVE, ZED, UID = "eve@example.net", "zed@example.net", "sync@example.com"


@pytest.fixture
def desk(town: Town) -> Iterator[PostOffice]:
    with open_post_office(town) as desk:
        yield desk


@pytest.fixture
def bob(town: Town) -> Person:
    """The organizer of a meeting to which Zed is invited."""
    bob = without_chat(town, "bob")
    bob.put(meeting(organizer=BOB, people=(ZED,), uid=UID), UID)
    return bob


def comes(desk: PostOffice, line: str, sender: str) -> None:
    text = message("REPLY", f"ORGANIZER:mailto:{BOB}", line, uid=UID, stamp="20261121T130000Z")
    headers = [("Authentication-Results", f"{EDGE}; dmarc=pass header.from=example.net")]
    desk.send(itip_mail(text, sender=sender, headers=headers, message_id=f"{sender}-{len(line)}"), BOB)


def answers(desk: PostOffice) -> None:
    comes(desk, f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{EVE}", EVE)


def delegates(desk: PostOffice) -> None:
    comes(desk, f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:{EVE}":mailto:{ZED}', ZED)


def press(web: Web, link: str, choice: str) -> Page:
    return web.ask("POST", link, urlencode({"answer": choice}))


def invited(bob: Person) -> list[str]:
    return [each.address for each in bob.row(UID).text.reading.instances()[0].attendees]


def test_they_are_invited_by_the_page_which_changes_nothing_before(
    town: Town, desk: PostOffice, other: OtherServer, web: Web, bob: Person
) -> None:
    answers(desk)
    post(town, other)
    (mail,) = mails(other)
    assert mail["Subject"] == f"May they come? {EVE}: Sync"
    assert f"A person who was not invited answered “Sync”: {EVE}. Nothing was changed so far." in text_of(mail)
    link = link_in(mail)
    for method in ("GET", "HEAD", "GET"):
        page = web.ask(method, link)
        assert page.status == 200
    assert (EVE in page.text, "Refuse" in page.text, EVE in invited(bob)) == (True, True, False)
    assert press(web, link, "").status == 400
    assert press(web, link, "accept").status == 400
    assert "They are invited now." in press(web, link, "invite").text
    assert invited(bob).count(EVE) == 1
    assert press(web, link, "invite").status == 400
    assert invited(bob).count(EVE) == 1
    page = web.ask("GET", link)
    assert ("They are invited already." in page.text, "<form" in page.body) == (True, False)


def test_they_are_refused_by_the_page_once(
    town: Town, desk: PostOffice, other: OtherServer, web: Web, bob: Person
) -> None:
    answers(desk)
    post(town, other)
    link = link_in(mails(other)[0])
    for _ in range(2):
        assert "A cancellation goes to them." in press(web, link, "refuse").text
    (refusal,) = town.owed("calendar_refusal")
    assert (refusal["recipient"], refusal["method"], EVE in invited(bob)) == (EVE, "CANCEL", False)


def test_a_delegate_is_asked_about_before_any_mail(
    town: Town, desk: PostOffice, other: OtherServer, web: Web, bob: Person
) -> None:
    delegates(desk)
    assert [each["recipient"] for each in town.owed("calendar_change")] == [ZED]
    post(town, other)
    (mail,) = mails(other)
    assert f"sends {EVE} instead. Nothing was sent to {EVE} so far." in text_of(mail)
    link = link_in(mail)
    assert "Refuse" not in web.ask("GET", link).text
    assert press(web, link, "refuse").status == 400
    assert "They are invited now." in press(web, link, "invite").text
    assert EVE in invited(bob)


def test_a_delegate_for_one_date_is_invited_to_that_date(
    town: Town, desk: PostOffice, other: OtherServer, web: Web, bob: Person
) -> None:
    bob.put(meeting("RRULE:FREQ=WEEKLY;COUNT=5", organizer=BOB, people=(ZED,), uid="weekly@example.com"), "weekly.ics")
    line = f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:{EVE}":mailto:{ZED}'
    date = "RECURRENCE-ID:20261208T100000Z"
    text = message(
        "REPLY", f"ORGANIZER:mailto:{BOB}", line, date, uid="weekly@example.com", stamp="20261121T130000Z"
    ).replace("DTSTART:20261201", "DTSTART:20261208")
    headers = [("Authentication-Results", f"{EDGE}; dmarc=pass header.from=example.net")]
    desk.send(itip_mail(text, sender=ZED, headers=headers, message_id="one-date"), BOB)
    post(town, other)
    assert "They are invited now." in press(web, link_in(mails(other)[0]), "invite").text
    series, date_of_eve = bob.row("weekly@example.com").text.reading.instances()
    assert EVE not in [each.address for each in series.attendees]
    assert EVE in [each.address for each in date_of_eve.attendees]


def test_nothing_is_asked_about_an_event_that_is_gone_by_then(
    town: Town, desk: PostOffice, other: OtherServer, bob: Person
) -> None:
    answers(desk)
    bob.delete(UID)
    post(town, other)
    assert mails(other) == []


def test_an_event_that_is_gone_is_said_to_be(
    town: Town, desk: PostOffice, other: OtherServer, web: Web, bob: Person
) -> None:
    answers(desk)
    post(town, other)
    link = link_in(mails(other)[0])
    bob.delete(UID)
    assert web.ask("GET", link).status == 404
    assert press(web, link, "invite").status == 404


@pytest.mark.parametrize("answered", [answers, delegates])
def test_who_refuses_everybody_only_hears_of_it(
    town: Town, desk: PostOffice, other: OtherServer, bob: Person, answered: object
) -> None:
    change_preferences(town.core.backend, bob.context(), {"uninvited": "deny"})
    assert callable(answered)
    answered(desk)
    (notice,) = town.owed("notice_mail")
    assert notice["text_key"] in ("uninvited-refused", "delegate-refused")
    assert notice["values"]["sender"] == EVE
    assert EVE not in invited(bob)
    assert town.owed("uninvited_mail") == []
