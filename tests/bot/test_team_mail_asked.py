"""A mail to a team calendar that nothing proves: its managers are asked in their chats, and the first answer counts."""

from __future__ import annotations

from support.chat import Chats, Someone, buttons
from support.chat_mails import ZED, asked, comes, person
from support.team_mail import address_of, made_team
from televent.application.mail_records.parked_mails import card_id_of
from televent.application.use_cases.teams.team_calendars import add_member, change_role
from televent.domain.ids import AccountId

ENGLISH, RUSSIAN = "An invitation from a sender you do not know", "1 письмо от незнакомого отправителя"


class Studio:
    """Ann's team calendar, which Boris, who reads Russian in Tokyo, manages too. Cat writes there."""

    def __init__(self, chats: Chats) -> None:
        self.chats, backend = chats, chats.core.backend
        self.ann, _ = person(chats, "Ann")
        address = f"boris.{backend.ids().hex[:8]}@example.com"
        self.boris = chats.person("Boris", language="ru", zone="Asia/Tokyo", address=address)
        self.cat, writer = person(chats, "Cat")
        members = {address: (self.boris.context(), "manager"), writer: (self.cat.context(), "writer")}
        made = made_team(backend, self.ann.context(), members)
        self.team, self.calendar = made.row.tenant, made.row.calendar_id
        self.address = address_of(backend, self.team)
        self.card = card_id_of(self.team, "sender-unknown", "", ZED)

    def mail(self, uid: str) -> None:
        verdict = comes(self.chats, self.address, asked(self.address, f"{uid}-{self.team}"))
        assert (verdict.state, verdict.reason) == ("parked", "the sender is unknown")

    def has(self, uid: str) -> bool:
        return bool(self.chats.core.reads.by_uid(self.team, f"{uid}-{self.team}"))

    def role(self, someone: Someone, role: str) -> None:
        who = AccountId(someone.account.tenant)
        change_role(self.chats.core.backend, self.ann.context(), calendar_id=self.calendar, person=who, role=role)


def asked_cards(someone: Someone) -> list[str]:
    return [each["text"] for each in someone.messages() if each["text"].startswith("📨")]


def test_each_manager_is_asked_once_and_the_first_answer_counts(chats: Chats) -> None:
    studio = Studio(chats)
    studio.mail("one")
    card, other = studio.ann.hears(ENGLISH), studio.boris.hears(RUSSIAN)
    assert "It came to the team calendar Design." in card["text"]
    assert "The team calendar has had no meeting with this sender before." in card["text"]
    assert "10:00 AM - 11:00 AM" in card["text"]
    assert "командный календарь Design" in other["text"]
    # The same hour in Tokyo.
    assert "19:00" in other["text"]
    # Nobody could take back what a team believes.
    assert buttons(card) == ["Apply", "Ignore"]
    studio.mail("two")
    grown = studio.ann.hears("2 mails from a sender you do not know")
    assert grown["message_id"] == card["message_id"]
    assert studio.boris.hears("2 письма от незнакомого отправителя")["message_id"] == other["message_id"]
    assert not studio.has("one")
    studio.ann.says("/share list")
    assert "📨 2 mails wait for the answer of a manager." in studio.ann.hears("👥 Design")["text"]
    studio.cat.says("/share list")
    assert "mails wait" not in studio.cat.hears("👥 Design")["text"]
    # Somebody who is invited is no manager yet.
    dan, address = person(chats, "Dan")
    add_member(chats.core.backend, studio.ann.context(), calendar_id=studio.calendar, address=address, role="manager")
    dan.says("/share list")
    invited = dan.hears("(you are invited, no answer yet)")
    assert "mails wait" not in invited["text"]

    assert studio.ann.taps("Apply", grown)["answer"]["text"] == "✅ Applied."
    assert studio.has("one")
    assert studio.has("two")
    settled = studio.boris.hears("Решил менеджер Ann: применить в командном календаре Design.")
    assert settled["message_id"] == other["message_id"]
    assert buttons(settled) == []
    assert [len(asked_cards(each)) for each in (studio.ann, studio.boris, studio.cat)] == [1, 1, 0]
    # The one who answered reads on their card what they did.
    assert "✅ Applied." in asked_cards(studio.ann)[0]


def test_what_one_manager_refuses_is_refused_for_all(chats: Chats) -> None:
    studio = Studio(chats)
    studio.mail("one")
    card = studio.ann.hears(ENGLISH)
    studio.boris.taps("Пропустить", studio.boris.hears(RUSSIAN))
    told = studio.ann.hears("Boris has ignored this for the team calendar Design. Nothing has changed.")
    assert (told["message_id"], buttons(told)) == (card["message_id"], [])
    assert not studio.has("one")
    # The next mail of that sender is a new question.
    studio.mail("two")
    assert studio.ann.hears(ENGLISH)["message_id"] != card["message_id"]


def test_the_card_of_decided_mails_does_not_decide_about_a_later_one(chats: Chats) -> None:
    studio = Studio(chats)
    studio.mail("one")
    card, other = studio.ann.hears(ENGLISH), studio.boris.hears(RUSSIAN)
    # Boris' card is being written to when Ann decides, and the next mail comes before it says so.
    living, held = chats.core.backend.living, studio.boris.account.tenant
    assert living.hold(held, studio.card, "card", chats.now) is not None
    assert studio.ann.taps("Apply", card)["answer"]["text"] == "✅ Applied."
    studio.mail("two")
    studio.ann.hears(ENGLISH)
    living.release(held, studio.card, "card")
    later = studio.boris.hears(RUSSIAN)
    assert later["message_id"] != other["message_id"]
    settled = next(each for each in studio.boris.messages() if each["message_id"] == other["message_id"])
    assert "Решил менеджер Ann: применить в командном календаре Design." in settled["text"]
    assert buttons(settled) == []
    assert not studio.has("two")


def test_somebody_who_manages_no_more_decides_nothing(chats: Chats) -> None:
    studio = Studio(chats)
    studio.mail("one")
    card, other = studio.ann.hears(ENGLISH), studio.boris.hears(RUSSIAN)
    studio.role(studio.boris, "writer")
    told = studio.boris.taps("Применить", other)["answer"]
    assert told["text"] == "Это может только менеджер командного календаря."
    assert not studio.has("one")
    assert studio.ann.taps("Ignore", card)["answer"]["text"] == "🚫 Ignored. Nothing has changed."
