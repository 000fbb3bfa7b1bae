"""A person's mail addresses in /settings: add, make primary, remove; in English and Russian."""

import re

import pytest

from support.chat import Chats, Someone, buttons


def code_for(chats: Chats, address: str) -> str:
    """The code that is mailed to the address."""
    [mail] = chats.do(chats.control.get("/sandbox/mails", to=address, wait=30))
    view = chats.do(chats.control.get(f"/sandbox/mails/{mail['id']}/view"))
    found = re.search(r"\b\d{6}\b", view["text"])
    assert found is not None
    return found[0]


def opened(someone: Someone, label: str, heading: str) -> object:
    """The list of addresses, opened by its button in /settings."""
    someone.says("/settings")
    someone.taps(label, someone.hears("Settings"))
    return someone.hears(heading)


def test_an_address_is_added_and_made_primary(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin", address="ann-one@example.com")
    shown = opened(ann, "📧 Mail addresses", "Mails for you go to the primary address")
    assert buttons(shown) == ["ann-one@example.com", "➕ Add an address", "← Back"]
    ann.taps("➕ Add an address", shown)
    ann.hears("Which email address?")
    ann.says("ann-two.example.com")
    ann.hears("That is not an email address.")
    ann.says("ann-two@example.com")
    ann.hears("I have sent a code to ann-two@example.com")
    ann.says("000000")
    ann.hears("That code is not right")
    ann.says(code_for(chats, "ann-two@example.com"))
    shown = ann.hears("✓ ann-one@example.com (primary)\n· ann-two@example.com")
    ann.taps("ann-two@example.com", shown)
    page = ann.hears("meetings to which it was invited stay yours")
    assert buttons(page) == ["Make it primary", "✖ Remove", "← Back"]
    ann.taps("Make it primary", page)
    ann.hears("✓ ann-two@example.com (primary)\n· ann-one@example.com")
    assert ann.account.addresses == ("ann-two@example.com", "ann-one@example.com")
    # The dialogue is over: the next text is no address.
    ann.says("/today")
    ann.hears("Nothing is planned")


def test_an_address_is_removed_and_added_again_in_words(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin", address="ann-three@example.com")
    ann.says("/settings address")
    older = ann.hears("Mails for you go to the primary address")
    ann.says("/settings")
    menu = ann.hears("Settings")
    ann.taps("📧 Mail addresses", menu)
    shown = ann.hears("Mails for you go to the primary address")
    assert shown["message_id"] == menu["message_id"]
    ann.taps("ann-three@example.com", shown)
    page = ann.hears("New invitations to it do not arrive.")
    assert buttons(page) == ["✖ Remove", "← Back"]
    ann.taps("✖ Remove", page)
    ann.hears("You have no address yet.")
    assert (ann.account.addresses, ann.account.former) == ((), ("ann-three@example.com",))
    # A list that was opened before shows what is so now.
    ann.taps("ann-three@example.com", older)
    gone = ann.hears("You have no address yet.")
    assert gone["message_id"] == older["message_id"]
    ann.says("/settings email ann-three@example.com")
    ann.hears("I have sent a code to ann-three@example.com")
    ann.says(code_for(chats, "ann-three@example.com"))
    ann.hears("✓ ann-three@example.com (primary)")
    assert (ann.account.addresses, ann.account.former) == (("ann-three@example.com",), ())


def test_the_address_of_somebody_else_is_not_taken(chats: Chats) -> None:
    chats.person("Bob", zone="Europe/Berlin", address="bob-own@example.com")
    ann = chats.person("Ann", zone="Europe/Berlin")
    ann.says("/settings address bob-own@example.com")
    ann.hears("That address belongs to another account.")
    ann.says("/settings address")
    ann.hears("You have no address yet.")


@pytest.mark.parametrize("word", ["почта", "адреса"])
def test_the_same_in_russian(chats: Chats, word: str) -> None:
    number = {"почта": 1, "адреса": 2}[word]
    one, two = f"ira-{number}@example.com", f"ira-{number}-two@example.com"
    ira = chats.person("Ира", language="ru", zone="Europe/Moscow", address=one)
    ira.says(f"/settings {word}")
    shown = ira.hears(f"✓ {one} (основной)")
    assert buttons(shown) == [one, "➕ Добавить адрес", "← Назад"]
    ira.taps("➕ Добавить адрес", shown)
    ira.hears("Какой адрес почты?")
    ira.says(two)
    ira.hears(two)
    ira.says(code_for(chats, two))
    shown = ira.hears(f"✓ {one} (основной)\n· {two}")
    ira.taps(one, shown)
    page = ira.hears("ответы уходят от него")
    assert buttons(page) == ["✖ Убрать", "← Назад"]
    ira.taps("✖ Убрать", page)
    ira.hears(f"✓ {two} (основной)")
    assert (ira.account.addresses, ira.account.former) == ((two,), (one,))
