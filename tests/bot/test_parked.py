"""Mails that wait for a decision, in the chat: what the card says, and what each button does, once."""

from datetime import timedelta

from support.chat import Chats, Someone, buttons
from support.chat_mails import FORGED, ZED, asked, comes, has, person, trusting
from support.post import EDGE
from televent.application.mail_records.parked_mails import KEPT, card_id_of
from televent.application.use_cases.mail.believed import believe_sender, believed_senders
from televent.application.use_cases.mail.settle_parked import settle_parked

CHOICES = ["Apply", "Ignore", "Always believe this sender"]


def test_a_strangers_invitation_waits_until_it_is_applied(chats: Chats) -> None:
    bob, to = person(chats, "Bob")
    verdict = comes(chats, to, asked(to, f"one-{to}"))
    assert (verdict.state, verdict.reason) == ("parked", "the sender is unknown")
    card = bob.hears("An invitation from a sender you do not know")
    assert "It says that it is from Zed <zed@example.net> (unverified)." in card["text"]
    assert "Nobody has checked where it really comes from." in card["text"]
    assert "• New: “Sync”, Tue, Dec 1 • 10:00 AM - 11:00 AM" in card["text"]
    assert "Nothing of it is in your calendar yet." in card["text"]
    assert buttons(card) == CHOICES
    assert not has(bob, f"one-{to}")
    assert bob.taps("Apply", card)["answer"]["text"] == "✅ Applied."
    assert has(bob, f"one-{to}")
    invitation = bob.hears("Zed (unverified) invited you.")
    assert buttons(invitation)[0] == "✅ Accept"


def test_a_tap_that_comes_late_gets_a_sentence(chats: Chats) -> None:
    bob, to = person(chats, "Bob")
    comes(chats, to, asked(to, f"one-{to}"))
    card = bob.hears("An invitation from a sender you do not know")
    card_id = card_id_of(bob.account.tenant, "sender-unknown", "", ZED)
    # The decision was made through another door meanwhile.
    settle_parked(chats.core.backend, bob.context(), card_id, "ignore", "")
    told = bob.taps("Apply", card)["answer"]
    assert (told["text"], told["show_alert"]) == ("This was ignored already. Nothing has changed.", True)
    assert buttons(bob.hears("This was ignored already")) == []
    assert not has(bob, f"one-{to}")


def test_many_mails_of_one_stranger_are_one_card(chats: Chats) -> None:
    bob, to = person(chats, "Bob")
    comes(chats, to, asked(to, f"1-{to}"))
    card = bob.hears("An invitation from a sender you do not know")
    for number in range(2, 41):
        comes(chats, to, asked(to, f"{number}-{to}"))
    grown = bob.hears("20 mails from a sender you do not know")
    assert grown["message_id"] == card["message_id"]
    assert "… and 10 more" in grown["text"]
    bob.taps("Ignore", grown)
    bob.hears("🚫 Ignored. Nothing has changed.")
    assert not any(has(bob, f"{number}-{to}") for number in range(1, 41))
    assert len([each for each in bob.messages() if "do not know" in each["text"]]) == 1


def test_a_mail_after_the_earlier_ones_were_deleted_is_a_new_card(chats: Chats) -> None:
    bob, to = person(chats, "Bob")
    comes(chats, to, asked(to, f"one-{to}"))
    card = bob.hears("An invitation from a sender you do not know")
    chats.now += KEPT + timedelta(days=1)
    chats.core.backend.parked.sweep(chats.now - KEPT)
    comes(chats, to, asked(to, f"two-{to}"))
    # The first one loses its buttons. An edit of its text, a month later, would not ring.
    first, later = (bob.hears("An invitation from a sender you do not know") for _ in range(2))
    assert (first["message_id"], buttons(first)) == (card["message_id"], [])
    assert later["message_id"] != card["message_id"]
    assert buttons(later) == CHOICES


def test_what_the_mail_server_calls_forged_is_never_shown_as_proven(chats: Chats) -> None:
    bob, to = person(chats, "Bob")
    trusting(bob)
    comes(chats, to, asked(to, f"one-{to}"), results=FORGED, sender=f"The Boss <{ZED}>")
    assert "The Boss (unverified) invited you." in bob.hears("invited you")["text"]
    comes(chats, to, asked(to, f"one-{to}", "LOCATION:Room 2", sequence=1), results=FORGED)
    card = bob.hears("A change of an event came that I cannot prove")
    assert "The mail server says that it does not come from the sender’s domain. It is probably forged." in card["text"]
    assert buttons(card) == CHOICES[:2]


def test_a_change_that_is_not_proven_is_shown_and_applied(chats: Chats) -> None:
    bob, to = person(chats, "Bob")
    uid = f"one-{to}"
    trusting(bob)
    comes(chats, to, asked(to, uid))
    bob.hears("invited you")
    later = asked(to, uid, "LOCATION:Room 2", sequence=1).replace("01T10", "01T15").replace("01T11", "01T16")
    assert comes(chats, to, later).state == "parked"
    card = bob.hears("A change of an event came that I cannot prove")
    assert "“Sync”, Tue, Dec 1 • 10:00 AM - 11:00 AM: " in card["text"]
    assert "→ now" in card["text"]
    assert "Room 2" in card["text"]
    assert "Nothing has changed in your calendar." in card["text"]
    bob.taps("Apply", card)
    assert "Room 2" in bob.hears("Zed (unverified) changed")["text"]
    assert "DTSTART:20261201T150000Z" in stored(bob, uid)


def test_a_forged_cancellation_is_ignored(chats: Chats) -> None:
    bob, to = person(chats, "Bob")
    uid = f"one-{to}"
    trusting(bob)
    comes(chats, to, asked(to, uid))
    bob.hears("invited you")
    before = stored(bob, uid)
    comes(chats, to, asked(to, uid, "STATUS:CANCELLED", method="CANCEL", sequence=1))
    card = bob.hears("A change of an event came that I cannot prove")
    assert "• Cancels “Sync”, Tue, Dec 1 • 10:00 AM - 11:00 AM" in card["text"]
    bob.taps("Ignore", card)
    bob.hears("🚫 Ignored. Nothing has changed.")
    assert stored(bob, uid) == before


def test_a_sender_who_is_always_believed_and_no_longer(chats: Chats) -> None:
    bob, to = person(chats, "Bob")
    comes(chats, to, asked(to, f"one-{to}"))
    card = bob.hears("a sender you do not know")
    bob.taps("Always believe this sender", card)
    bob.hears("From now on I believe mails from zed@example.net.")
    assert comes(chats, to, asked(to, f"two-{to}")).state == "applied"
    assert "Zed (unverified) invited you." in bob.hears("invited you")["text"]
    # Belief ends where something speaks against the sender.
    assert comes(chats, to, asked(to, f"three-{to}"), results=FORGED).state == "parked"
    bob.hears("It is probably forged")
    bob.says("/settings")
    bob.taps("🤝 Believed senders", bob.hears("Settings"))
    shown = bob.hears("Anybody can write such an address")
    assert buttons(shown)[0] == f"✖ {ZED}"
    assert bob.taps(f"✖ {ZED}", shown)["answer"]["text"] == f"I do not believe {ZED} without proof any more."
    bob.hears("You believe no sender without proof")
    assert believed_senders(chats.core.backend, bob.account.tenant) == ()
    assert comes(chats, to, asked(to, f"four-{to}")).state == "parked"


def test_a_believed_sender_is_never_shown_as_proven(chats: Chats) -> None:
    bob, to = person(chats, "Bob")
    trusting(bob)
    comes(chats, to, asked(to, f"one-{to}", by="yan@example.net"), sender="Yan <yan@example.net>")
    bob.hears("invited you")
    believe_sender(chats.core.backend, bob.context(), ZED)
    # Zed is believed, and neither organizes this event nor sent its invitation.
    assert comes(chats, to, asked(to, f"one-{to}", "LOCATION:X", sequence=1, by="yan@example.net")).state == "parked"
    card = bob.hears("A change of an event came that I cannot prove")
    assert "It says that it is from Zed <zed@example.net> (unverified)." in card["text"]
    assert "and that is proven" not in card["text"]


def test_the_choice_about_strangers_is_a_setting(chats: Chats) -> None:
    bob, to = person(chats, "Bob")
    bob.says("/settings")
    menu = bob.hears("Settings")
    assert "Invitations from strangers: ask first" in menu["text"]
    bob.taps("📨 Strangers", menu)
    bob.taps("refuse", bob.hears("Invitations by mail from senders you do not know"))
    bob.hears("refuse")
    verdict = comes(chats, to, asked(to, f"one-{to}"))
    assert (verdict.state, verdict.reason) == ("ignored", "unknown senders are refused")
    bob.taps("accept into the calendar")
    bob.hears("accept into the calendar")
    assert comes(chats, to, asked(to, f"two-{to}")).state == "applied"


def test_the_choice_is_typed_too(chats: Chats) -> None:
    bob, _ = person(chats, "Bob")
    bob.says("/settings strangers никогда")
    assert "Invitations from strangers: refuse" in bob.hears("Settings")["text"]
    bob.says("/settings незнакомые ask first")
    assert "Invitations from strangers: ask first" in bob.hears("Settings")["text"]
    bob.says("/settings strangers perhaps")
    bob.hears("I did not understand that.")


def test_a_known_sender_who_is_proven_is_not_asked_about(chats: Chats) -> None:
    bob, to = person(chats, "Bob")
    proven = f"{EDGE}; dmarc=pass header.from=example.net"
    assert comes(chats, to, asked(to, f"one-{to}"), results=proven).state == "parked"
    card = bob.hears("a sender you do not know")
    assert "It is from Zed <zed@example.net>, and that is proven." in card["text"]
    assert "You have had no meeting with this sender before." in card["text"]
    bob.taps("Apply", card)
    bob.taps("✅ Accept", bob.hears("Zed invited you."))
    bob.hears("You accepted")
    assert comes(chats, to, asked(to, f"two-{to}"), results=proven).state == "applied"
    # The same name without a proof is a stranger.
    assert comes(chats, to, asked(to, f"three-{to}")).state == "parked"


def test_a_cancelled_invitation_that_waits_is_decided_about_together(chats: Chats) -> None:
    bob, to = person(chats, "Bob")
    comes(chats, to, asked(to, f"one-{to}"))
    bob.hears("An invitation from a sender you do not know")
    chats.now += timedelta(seconds=2)
    assert comes(chats, to, asked(to, f"one-{to}", "STATUS:CANCELLED", method="CANCEL", sequence=1)).state == "parked"
    card = bob.hears("2 mails from a sender you do not know")
    bob.taps("Apply", card)
    bob.hears("✅ Applied.")
    assert "STATUS:CANCELLED" in stored(bob, f"one-{to}")


def test_the_card_speaks_russian(chats: Chats) -> None:
    ann = chats.person("Аня", language="ru", address="anya@example.com")
    comes(chats, "anya@example.com", asked("anya@example.com", "ru-1"))
    card = ann.hears("1 письмо от незнакомого отправителя")
    assert "(не проверено)" in card["text"]
    ann.taps("Пропустить", card)
    ann.hears("🚫 Пропущено. Ничего не изменилось.")


def stored(someone: Someone, uid: str) -> str:
    """The text of the person's copy."""
    reads, tenant = someone.chats.core.reads, someone.account.tenant
    row = reads.by_stream(tenant, reads.by_uid(tenant, uid)[0].stream_id)
    assert row is not None
    assert row.ics is not None
    return row.ics.decode()


def test_belief_has_a_bound_and_says_so(chats: Chats) -> None:
    bob, to = person(chats, "Bob")
    for number in range(100):
        believe_sender(chats.core.backend, bob.context(), f"{number}@example.org")
    comes(chats, to, asked(to, f"one-{to}"))
    card = bob.hears("a sender you do not know")
    told = bob.taps("Always believe this sender", card)["answer"]
    assert "a hundred senders already" in told["text"]
    assert not has(bob, f"one-{to}")
