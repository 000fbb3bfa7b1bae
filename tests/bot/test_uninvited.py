"""An answer of somebody who was not invited: the organizer invites them by a tap, or leaves it."""

from uuid import uuid4

import pytest

from support.chat import Chats, Someone, buttons
from support.chat_mails import PROVEN, comes, person
from support.event_stage import made, stored
from support.post import message
from televent.adapters.telegram.notices.delivery import mail_instead
from televent.application.messages.chat import UninvitedAnswer
from televent.application.messages.mail import NoticeMail
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import UnknownResource
from televent.application.use_cases.objects.delete_object import delete_stream
from televent.application.use_cases.scheduling.guests import Fate
from televent.application.use_cases.scheduling.uninvited import admit_uninvited, mark_of

EVE = "eve@example.net"


def crashed(
    chats: Chats, language: str = "en", eve: str = EVE, *lines: str, rule: str | None = None
) -> tuple[Someone, ResourceRow]:
    """Ann, and her meeting, which Eve has answered without an invitation."""
    if language == "en":
        ann, to = person(chats, "Ann")
    else:
        to = f"anna.{chats.core.backend.ids().hex[:8]}@example.com"
        ann = chats.person("Анна", language=language, address=to)
    guest = chats.person("Bob")
    row = made(ann, "Sync", guest, rule=rule)
    answer = message(
        "REPLY",
        f"ORGANIZER:mailto:{to}",
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{eve}",
        *lines,
        uid=row.uid,
        stamp="20261123T093500Z",
    )
    comes(chats, to, answer, results=PROVEN.replace("example.net", eve.rpartition("@")[2]), sender=eve)
    return ann, row


def invited(ann: Someone, row: ResourceRow) -> list[str]:
    reading = stored(ann, row.stream_id).text.reading
    return [each.address for each in reading.instances()[0].attendees]


def test_they_are_invited_by_a_tap_once(chats: Chats) -> None:
    ann, row = crashed(chats)
    card = ann.hears("A person who was not invited answered “Sync”: eve@example.net.")
    assert buttons(card) == ["➕ Invite", "Leave it"]
    assert EVE not in invited(ann, row)
    ann.taps("➕ Invite", card)
    shown = ann.hears("✅ Invited.")
    assert (shown["message_id"], buttons(shown)) == (card["message_id"], [])
    assert invited(ann, row).count(EVE) == 1
    again = admit_uninvited(chats.core.backend, ann.context(), stream_id=row.stream_id, mark=mark_of(EVE))
    assert again == (EVE, Fate.ALREADY)
    assert invited(ann, row).count(EVE) == 1


def test_only_those_who_answered_are_invited_so(chats: Chats) -> None:
    ann, row = crashed(chats)
    with pytest.raises(UnknownResource):
        admit_uninvited(chats.core.backend, ann.context(), stream_id=row.stream_id, mark=mark_of("zed@example.net"))


def test_an_address_that_no_mail_can_go_to_is_not_said_to_be_invited(chats: Chats) -> None:
    ann, row = crashed(chats, eve="eve@localhost")
    card = ann.hears("A person who was not invited answered")
    told = ann.taps("➕ Invite", card)["answer"]
    assert (told["text"], told["show_alert"]) == ("No invitation can go to that address.", True)
    assert "eve@localhost" not in invited(ann, row)


def test_who_knows_one_date_is_not_invited_to_all(chats: Chats) -> None:
    date = "RECURRENCE-ID:20261208T150000Z"
    ann, _ = crashed(chats, "en", EVE, date, rule="FREQ=WEEKLY;COUNT=4")
    assert buttons(ann.hears("A person who was not invited answered")) == []


def test_a_closed_chat_reads_it_by_mail() -> None:
    mail = mail_instead(UninvitedAnswer(uuid4(), EVE, "Sync"))
    assert mail == NoticeMail("party-crasher", {"title": "Sync", "sender": EVE})


def test_it_is_left(chats: Chats) -> None:
    ann, row = crashed(chats, "ru")
    card = ann.hears("ответил тот, кого не приглашали")
    ann.taps("Не приглашать", card)
    assert buttons(ann.hears("Не приглашён.")) == []
    assert EVE not in invited(ann, row)


def test_the_event_is_gone_meanwhile(chats: Chats) -> None:
    ann, row = crashed(chats)
    card = ann.hears("A person who was not invited answered")
    delete_stream(chats.core.backend, ann.context(), stream_id=row.stream_id)
    told = ann.taps("➕ Invite", card)["answer"]
    assert told["show_alert"] is True
