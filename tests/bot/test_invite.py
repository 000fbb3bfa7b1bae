"""/invite and /attendees in conversations: people in any order, and a sentence for each."""

from __future__ import annotations

import pytest

from support.chat import Chats, Someone, buttons
from support.town import meeting
from televent.application.conditions import NONE
from televent.application.read_models.codes import code_of
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.people.accounts import erase_account
from televent.ical.objects.calendar_text import CalendarText


def makes(someone: Someone, title: str = "Review", *guests: str) -> str:
    """The person's app stores an event next week; returns its code."""
    uid = f"{title}-{someone.id}@example.com"
    address = someone.account.addresses[0]
    content = meeting(f"SUMMARY:{title}", people=guests, organizer=address, uid=uid)
    if not guests:
        content = content.replace(f"ORGANIZER:mailto:{address}\r\n".encode(), b"")
    put_object(
        someone.chats.core.backend,
        someone.context(),
        calendar="default",
        href=f"{uid}.ics",
        text=CalendarText(content),
        conditions=NONE,
    )
    return code_of(uid)[:6]


def names(someone: Someone) -> list[str]:
    """The addresses of the guests of the person's only meeting."""
    found = someone.chats.core.reads.by_uid(someone.account.tenant, f"Review-{someone.id}@example.com")
    row = someone.chats.core.reads.by_stream(someone.account.tenant, found[0].stream_id)
    assert row is not None
    return [each.address for each in row.text.reading.instances()[0].attendees]


@pytest.fixture
def ann(chats: Chats) -> Someone:
    return chats.person("Ann", address=f"ann{next(chats.numbers)}@example.com")


@pytest.fixture
def bob(chats: Chats) -> Someone:
    """Bob, whose username the bot has just seen."""
    number = next(chats.numbers)
    bob = chats.person("Bob", address=f"bob{number}@example.com", username=f"Bob_{number}")
    bob.answer_to("/today")
    return bob


def username(someone: Someone) -> str:
    return f"@Bob_{someone.account.addresses[0][3:].split('@')[0]}"


def test_a_username_and_an_address_are_invited_in_any_order(ann: Someone, bob: Someone) -> None:
    code = makes(ann)
    answer = ann.answer_to(f"/invite {username(bob).upper()}, guest@example.org {code}")
    assert "Invited to Review:" in answer["text"]
    assert "• Bob – gets it here, in Telegram" in answer["text"]
    assert "• guest@example.org – gets it by mail" in answer["text"]
    assert "Review" in bob.hears("Ann invited you")["text"]


def test_each_of_a_partly_good_list_gets_its_sentence(ann: Someone, bob: Someone) -> None:
    code = makes(ann, "Review", bob.account.addresses[0])
    own = ann.account.addresses[0]
    answer = ann.answer_to(
        f"/invite {code} {own} {username(bob)} x@nodomain @ @no_such_person ok@example.org a..b@.org"
    )
    lines = answer["text"].splitlines()
    assert "• ok@example.org – gets it by mail" in lines
    assert f"• {own} – that is you." in lines
    assert "• Bob – is invited already" in lines
    assert any(each.startswith("• x@nodomain – is no email address: after the @") for each in lines)
    assert "• @ – is neither an email address nor an @username" in lines
    assert any("@no_such_person – has not used this bot yet" in each for each in lines)
    assert "ok@example.org" in names(ann)
    assert "x@nodomain" not in names(ann)
    ann.hears("I do not know @no_such_person yet")
    link = ann.hears("would like to invite you")
    assert "https://t.me/" in link["text"]
    assert "Review" in link["text"]


def test_nobody_is_invited_by_a_list_of_mistakes(ann: Someone) -> None:
    code = makes(ann)
    answer = ann.answer_to(f"/invite {code} {ann.account.addresses[0]}")
    assert answer["text"].splitlines() == ["Not invited:", f"• {ann.account.addresses[0]} – that is you."]
    assert names(ann) == []


def test_without_words_it_asks_which_event_and_whom(ann: Someone, bob: Someone) -> None:
    makes(ann)
    asked = ann.answer_to("/invite")
    assert "Which event" in asked["text"]
    (button,) = buttons(asked)
    assert button.startswith("Review · ")
    ann.taps(button, asked)
    ann.hears("Whom do you invite?")
    ann.says(f"{username(bob)} bob")
    answer = ann.hears("Invited to Review")
    assert "• bob – is neither an email address nor an @username" in answer["text"]
    bob.hears("Ann invited you")


def test_people_named_first_are_kept_while_the_event_is_chosen(ann: Someone, bob: Someone) -> None:
    makes(ann)
    asked = ann.answer_to(f"/invite {username(bob)}")
    ann.taps(buttons(asked)[0], asked)
    ann.hears("Bob – gets it here")
    bob.hears("Ann invited you")


def test_a_shared_contact_and_a_forwarded_message_name_a_person(ann: Someone, bob: Someone) -> None:
    code = makes(ann)
    chats = ann.chats
    eve = chats.person("Eve")
    contact = ann.sends_contact(bob)
    ann.replies_to(contact, f"/invite {code}")
    ann.hears("Bob – gets it here")
    forwarded = ann.forwards("Hi", {"type": "user", "person": eve.id})
    ann.replies_to(forwarded, f"/invite {code}")
    ann.hears("Eve – gets it here")
    hidden = ann.forwards("Hi", {"type": "hidden_user", "name": "Nobody Known"})
    ann.replies_to(hidden, f"/invite {code}")
    ann.hears("Telegram does not tell me who Nobody Known is")
    ann.hears("Whom do you invite?")
    ann.sends_contact(name="Phone Only", phone="+15550100")
    ann.hears("Telegram does not tell me who Phone Only is")


def test_only_the_organizer_invites(ann: Someone, bob: Someone) -> None:
    code = makes(ann, "Review", bob.account.addresses[0])
    bob.hears("invited you")
    answer = bob.answer_to(f"/invite {code} eve@example.org")
    assert "Only the organizer can invite" in answer["text"]


def test_a_username_belongs_to_the_last_person_who_showed_it(chats: Chats, ann: Someone, bob: Someone) -> None:
    code, name = makes(ann), username(bob)[1:]
    other = chats.person("Other")
    chats.core.backend.usernames.note(other.account.tenant, name.upper(), chats.now)
    ann.says(f"/invite {code} @{name}")
    assert "Other" in ann.hears("Invited")["text"]


def test_the_username_is_erased_with_the_account(ann: Someone, bob: Someone) -> None:
    usernames = ann.chats.core.backend.usernames
    name = username(bob)[1:]
    assert usernames.tenants([name]) == {name.lower(): bob.account.tenant}
    erase_account(ann.chats.core.backend, bob.context())
    assert usernames.tenants([name]) == {}


def test_attendees_of_a_small_meeting_are_a_sentence_and_of_a_large_one_pages(ann: Someone, bob: Someone) -> None:
    code = makes(ann, "Review", bob.account.addresses[0], "ATTENDEE;CN=Sarah:mailto:sarah@example.org")
    card = bob.hears("invited you")
    bob.taps("✅ Accept", card)
    ann.hears("Bob accepted")
    text = ann.answer_to(f"/attendees {code}")["text"]
    assert text == f"{bob.account.addresses[0]} (Accepted), Sarah (Pending)"
    many = tuple(f"ATTENDEE;CN=Guest {n:02}:mailto:g{n}@example.org" for n in range(70))
    large = makes(ann, "Large", *many, bob.account.addresses[0])
    bob.taps("✅ Accept", bob.hears("Large"))
    ann.hears("Bob accepted")
    page = ann.answer_to(f"/attendees {large}")
    assert "Large: 71" in page["text"]
    assert page["text"].splitlines()[1] == "Accepted: 1, Pending: 70"
    seen = page["text"].count("• Guest")
    while "Later ›" in buttons(page):
        ann.taps("Later ›", page)
        page = ann.hears("Large: 71")
        seen += page["text"].count("• Guest")
    assert seen == 70


def test_it_speaks_russian(chats: Chats, bob: Someone) -> None:
    vera = chats.person("Вера", language="ru", address=f"vera{next(chats.numbers)}@example.com")
    code = makes(vera)
    answer = vera.answer_to(f"/invite {code} {username(bob)} {vera.account.addresses[0]} плохой@")
    assert "Приглашены на Review:" in answer["text"]
    assert "• Bob – получит приглашение здесь, в Telegram" in answer["text"]
    assert "это вы сами" in answer["text"]
    assert "плохой@ – это не адрес почты: после @ нужен домен" in answer["text"]
