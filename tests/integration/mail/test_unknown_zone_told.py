"""A zone that nobody knows is told where the event is shown: in the chat, in mails, on the page that answers."""

from zoneinfo import ZoneInfo

import pytest

from support.mail_cards import mails, text_of, without_chat
from support.mail_cards import post as deliver
from support.post import PostOffice, itip_mail, message, open_other_server
from support.town import NOON, Person, Town
from televent.adapters.http.pages.answer_page import _facts
from televent.adapters.telegram.cards.meeting_cards import view
from televent.adapters.telegram.handlers.events.view import event_text
from televent.application.use_cases.events.view_event import view_event
from televent.application.use_cases.scheduling.cards import Card, card_of
from televent.wording.display import Display

OUT = "out@example.net"
WORDS = {
    "en": "Televent does not know the time zone “<B>RT”.",
    "ru": "Televent не знает часовой пояс «<B>RT».",
}


def asked(person: Person, zone: str = ";TZID=<B>RT") -> bytes:
    lines = ("ORGANIZER:mailto:zed@example.net", f"ATTENDEE;RSVP=TRUE:mailto:{person.address}")
    text = message("REQUEST", *lines, uid=OUT)
    return itip_mail(text.replace("DTSTART:20261201T100000Z", f"DTSTART{zone}:20261201T100000"))


def card(town: Town, person: Person) -> Card:
    found = card_of(town.core.backend, person.tenant, person.row(OUT).stream_id, now=NOON)
    assert found is not None
    return found


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_chat_tells_of_an_unknown_zone(town: Town, post: PostOffice, language: str) -> None:
    ann = town.person("ann")
    post.take(asked(ann), ann.address)
    display = Display(ZoneInfo("UTC"), language, NOON)
    escaped = WORDS[language].replace("<B>", "&lt;B&gt;")
    news = town.news(ann, uid=OUT)
    assert escaped in view(card(town, ann), news, display)[0]
    seen = view_event(town.core.backend, ann.tenant, ann.row(OUT).stream_id, now=NOON)
    assert escaped in event_text(seen, display)
    assert any(WORDS[language] in line for line in _facts(card(town, ann), display))


def test_nothing_is_told_of_a_known_zone(town: Town, post: PostOffice) -> None:
    ann = town.person("ann")
    post.take(asked(ann, ";TZID=europe/berlin"), ann.address)
    display = Display(ZoneInfo("UTC"), "en", NOON)
    assert "does not know" not in view(card(town, ann), town.news(ann, uid=OUT), display)[0]


def test_a_mail_tells_of_an_unknown_zone(town: Town, post: PostOffice) -> None:
    bob = without_chat(town, "bob")
    post.take(asked(bob), bob.address)
    town.core.backend.clock = lambda: town.now
    with open_other_server() as other:
        deliver(town, other)
        (mail,) = mails(other)
    assert WORDS["en"] in " ".join(text_of(mail).split())
