"""People without a chat import a calendar that came by mail, and answer an offered one, by the links of mails."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from support.mail_cards import BOB, Page, Web, link_in, mails, post, text_of, without_chat
from support.post import OtherServer, PostOffice, itip_mail, message, open_post_office
from support.town import Person, Town
from televent.adapters.telegram.notices.by_mail import mail_instead
from televent.application.messages.chat import CalendarOffer, ChatText
from televent.application.messages.mail import NoticeMail, OfferMail
from televent.application.use_cases.calendars import sharing
from televent.application.use_cases.teams.team_calendars import make_team

SHOP, UID = "shop@example.net", "show@example.net"


@pytest.fixture
def desk(town: Town) -> Iterator[PostOffice]:
    with open_post_office(town) as desk:
        yield desk


@pytest.fixture
def bob(town: Town) -> Person:
    return without_chat(town, "bob")


def published(desk: PostOffice, uid: str = UID) -> None:
    text = message("PUBLISH", uid=uid, stamp="20261121T130000Z")
    desk.send(itip_mail(text, sender=SHOP, message_id=f"{uid}-1"), BOB)


def press(web: Web, link: str, choice: str) -> Page:
    return web.ask("POST", link, urlencode({"answer": choice}))


def test_a_published_event_is_imported_by_the_page(
    town: Town, desk: PostOffice, other: OtherServer, web: Web, bob: Person
) -> None:
    published(desk)
    post(town, other)
    (mail,) = mails(other)
    assert mail["Subject"] == f"A mail from {SHOP} brought a calendar"
    assert "one event, which invites nobody. It is not stored yet." in text_of(mail)
    assert "Sync · Tue, Dec 1" in text_of(mail)
    link = link_in(mail)
    for method in ("GET", "HEAD", "GET"):
        page = web.ask(method, link)
        assert page.status == 200
    assert ("Sync · Tue, Dec 1" in page.text, "Import (1)" in page.text, bob.rows(UID)) == (True, True, [])
    assert press(web, link, "").status == 400
    assert "Imported: 1" in press(web, link, "import").text
    assert len(bob.rows(UID)) == 1
    again = web.ask("GET", link)
    assert ("All of it is in your calendar." in again.text, "<form" in again.body) == (True, False)
    assert "Imported: 0" in press(web, link, "import").text
    assert len(bob.rows(UID)) == 1


def test_it_is_left_and_forgotten(town: Town, desk: PostOffice, other: OtherServer, web: Web, bob: Person) -> None:
    published(desk)
    post(town, other)
    link = link_in(mails(other)[0])
    assert "Left. Nothing was imported." in press(web, link, "leave").text
    assert (press(web, link, "import").status, bob.rows(UID)) == (404, [])


def test_without_a_public_address_the_mail_says_how_else(
    town: Town, desk: PostOffice, other: OtherServer, bob: Person
) -> None:
    published(desk)
    post(town, other, None)
    (mail,) = mails(other)
    assert "open the attachment of that mail in your calendar app" in text_of(mail)
    assert bob.rows(UID) == []


def test_the_same_offer_waits_for_no_answer_where_all_is_there(
    town: Town, desk: PostOffice, other: OtherServer, web: Web, bob: Person
) -> None:
    published(desk)
    published(desk, "second@example.net")
    post(town, other)
    first, second = mails(other)
    assert press(web, link_in(first), "import").status == 200
    assert len(bob.rows(UID)) + len(bob.rows("second@example.net")) == 1
    assert press(web, link_in(second), "import").status == 200
    assert (len(bob.rows(UID)), len(bob.rows("second@example.net"))) == (1, 1)


def shared(town: Town, ann: Person, bob: Person, access: str = "read-write") -> None:
    backend, context = town.core.backend, ann.context()
    sharee = sharing.sharee_of(backend, context, bob.address)
    sharing.share_calendar(backend, context, name="default", sharee=sharee, access=access)


def status_of(town: Town, bob: Person) -> str:
    (row,) = town.core.reads.shares_of(bob.tenant)
    return row.status


def test_a_shared_calendar_is_accepted_by_the_page_and_the_owner_hears(
    town: Town, other: OtherServer, web: Web, bob: Person
) -> None:
    ann = without_chat(town, "ann")
    shared(town, ann, bob)
    post(town, other)
    (mail,) = mails(other)
    assert "You may see and change it." in text_of(mail)
    link = link_in(mail)
    assert "You have not answered yet." in web.ask("GET", link).text
    assert status_of(town, bob) == "offered"
    assert press(web, link, "perhaps").status == 400
    assert "You accepted it." in press(web, link, "accept").text
    assert status_of(town, bob) == "accepted"
    (told,) = town.owed("notice_mail")
    assert (told["text_key"], told["values"]["name"]) == ("share-accepted-by", "Bob")
    assert "You declined it." in press(web, link, "decline").text
    assert status_of(town, bob) == "declined"


def test_changes_and_the_end_of_a_share_are_told(town: Town, other: OtherServer, web: Web, bob: Person) -> None:
    ann = without_chat(town, "ann")
    shared(town, ann, bob)
    post(town, other)
    link = link_in(mails(other)[0])
    press(web, link, "accept")
    shared(town, ann, bob, "read")
    post(town, other)
    backend, context = town.core.backend, ann.context()
    sharing.withdraw_share(
        backend, context, name="default", sharee=sharing.sharee_of(backend, context, bob.address).tenant
    )
    post(town, other)
    subjects = [each["Subject"].partition(":")[0] for each in mails(other)]
    assert subjects == ["Ann shares a calendar with you", "Your access has changed", "No longer shared with you"]
    assert "/i/" not in text_of(mails(other)[2])
    assert web.ask("GET", link).status == 404


def test_a_closed_chat_reads_the_same_by_mail() -> None:
    assert mail_instead(CalendarOffer("BEGIN:VCALENDAR", SHOP)) == OfferMail("BEGIN:VCALENDAR", SHOP)
    refused = mail_instead(ChatText("uninvited-refused", {"summary": "Sync", "sender": SHOP}))
    assert refused == NoticeMail("uninvited-refused", {"title": "Sync", "sender": SHOP})


def test_an_invitation_to_a_team_calendar_is_answered_by_the_page(
    town: Town, other: OtherServer, web: Web, bob: Person
) -> None:
    ann = without_chat(town, "ann")
    make_team(town.core.backend, ann.context(), title="Design", props={}, members=[(bob.address, "writer")])
    post(town, other)
    (mail,) = mails(other)
    assert "Ann invites you to the team calendar “Design”. As a member you may see and change it." in text_of(mail)
    link = link_in(mail)
    assert "You are invited to the team calendar “Design”." in web.ask("GET", link).text
    assert town.core.reads.mounts(bob.tenant) == []
    assert "You accepted it." in press(web, link, "accept").text
    (mount,) = town.core.reads.mounts(bob.tenant)
    assert mount.share is not None
    assert mount.share.role == "writer"
