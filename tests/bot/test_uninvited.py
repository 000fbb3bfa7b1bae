"""An answer of somebody who was not invited: the organizer invites them by a tap, or leaves it."""

from typing import Any
from uuid import uuid4

import pytest

from support.chat import Chats, Someone, buttons
from support.chat_mails import PROVEN, ZED, comes, person
from support.event_stage import made, stored
from support.post import message
from televent.adapters.telegram.notices.by_mail import mail_instead
from televent.application.messages.chat import UninvitedAnswer
from televent.application.messages.mail import UninvitedMail
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import UnknownResource
from televent.application.use_cases.objects.delete_object import delete_stream
from televent.application.use_cases.people.preferences import change_preferences
from televent.application.use_cases.scheduling.guests import Fate
from televent.application.use_cases.scheduling.meetings import invite
from televent.application.use_cases.scheduling.uninvited import admit_uninvited, mark_of, refuse_uninvited

EVE = "eve@example.net"


def crashed(
    chats: Chats, language: str = "en", eve: str = EVE, *lines: str, rule: str | None = None, choice: str = "ask"
) -> tuple[Someone, ResourceRow]:
    """Ann, and her meeting, which Eve has answered without an invitation."""
    if language == "en":
        ann, to = person(chats, "Ann")
    else:
        to = f"anna.{chats.core.backend.ids().hex[:8]}@example.com"
        ann = chats.person("Анна", language=language, address=to)
    change_preferences(chats.core.backend, ann.context(), {"uninvited": choice})
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


def refusals(ann: Someone) -> list[dict[str, Any]]:
    """The refusals that Ann's copies have caused, sent or not."""
    query = "SELECT payload FROM outbox WHERE tenant_id = %s AND kind = 'calendar_refusal/1'"
    with ann.chats.core.pool.connection() as connection:
        return [row[0] for row in connection.execute(query, (ann.account.tenant,))]


def invited(ann: Someone, row: ResourceRow) -> list[str]:
    reading = stored(ann, row.stream_id).text.reading
    return [each.address for each in reading.instances()[0].attendees]


def test_they_are_invited_by_a_tap_once(chats: Chats) -> None:
    ann, row = crashed(chats)
    card = ann.hears("A person who was not invited answered “Sync”: eve@example.net.")
    assert buttons(card) == ["➕ Invite", "Leave it", "🚫 Refuse"]
    assert EVE not in invited(ann, row)
    ann.taps("➕ Invite", card)
    shown = ann.hears("✅ Invited.")
    assert (shown["message_id"], buttons(shown)) == (card["message_id"], [])
    assert invited(ann, row).count(EVE) == 1
    who, fate = admit_uninvited(chats.core.backend, ann.context(), stream_id=row.stream_id, mark=mark_of(EVE))
    assert (who.address, fate) == (EVE, Fate.ALREADY)
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
    stream = uuid4()
    assert mail_instead(UninvitedAnswer(stream, EVE, "Sync", "Zed")) == UninvitedMail(stream, EVE, "Sync", "Zed")


def test_they_are_refused_once_and_may_be_invited_later(chats: Chats) -> None:
    ann, row = crashed(chats)
    card = ann.hears("A person who was not invited answered")
    ann.taps("🚫 Refuse", card)
    assert buttons(ann.hears("🚫 Refused. A cancellation goes to them")) == []
    assert EVE not in invited(ann, row)
    (mail,) = refusals(ann)
    assert (mail["recipient"], mail["method"]) == (EVE, "CANCEL")
    assert ("SEQUENCE:0" in mail["text"], "STATUS" in mail["text"]) == (True, False)
    # The same tap may come twice, from two devices.
    refuse_uninvited(chats.core.backend, ann.context(), stream_id=row.stream_id, mark=mark_of(EVE))
    assert len(refusals(ann)) == 1
    ann.says(f"/history {row.uid}")
    ann.hears("eve@example.net was told that they are not invited")
    _, fate = admit_uninvited(chats.core.backend, ann.context(), stream_id=row.stream_id, mark=mark_of(EVE))
    assert (fate, invited(ann, row).count(EVE)) == (Fate.MAIL, 1)
    refuse_uninvited(chats.core.backend, ann.context(), stream_id=row.stream_id, mark=mark_of(EVE))
    assert (len(refusals(ann)), invited(ann, row).count(EVE)) == (1, 1)


def test_by_the_settings_everybody_is_refused_or_let_in(chats: Chats) -> None:
    ann, row = crashed(chats, choice="deny")
    told = ann.hears("They were told that they are not invited, as you chose in /settings.")
    assert (buttons(told), EVE in invited(ann, row), len(refusals(ann))) == ([], False, 1)
    anna, meeting = crashed(chats, "ru", choice="allow")
    anna.hears(EVE)
    assert invited(anna, meeting).count(EVE) == 1
    assert refusals(anna) == []


@pytest.mark.parametrize(("choice", "comes_in"), [("ask", False), ("allow", True), ("deny", False)])
def test_a_delegate_comes_only_as_the_organizer_likes(chats: Chats, choice: str, comes_in: bool) -> None:
    ann, to = person(chats, "Ann")
    change_preferences(chats.core.backend, ann.context(), {"uninvited": choice})
    row = made(ann)
    invite(chats.core.backend, ann.context(), stream_id=row.stream_id, addresses=[ZED])
    answer = message(
        "REPLY",
        f"ORGANIZER:mailto:{to}",
        f'ATTENDEE;CN=Zed;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:{EVE}":mailto:{ZED}',
        uid=row.uid,
        stamp="20261123T093500Z",
    )
    comes(chats, to, answer, results=PROVEN, sender=f"Zed <{ZED}>")
    assert (EVE in invited(ann, row)) is comes_in
    if choice == "deny":
        ann.hears(f"Zed will not come to “Sync” and named {EVE} instead. {EVE} is not invited")
    if choice != "ask":
        return
    card = ann.hears(f"Zed will not come to “Sync” and sends {EVE} instead. I have written nothing to {EVE} so far.")
    assert buttons(card) == ["➕ Invite", "Leave it"]
    ann.taps("➕ Invite", card)
    assert buttons(ann.hears("✅ Invited.")) == []
    unfolded = stored(ann, row.stream_id).text.raw.replace(b"\r\n ", b"").decode()
    (line,) = [each for each in unfolded.splitlines() if each.endswith(f":mailto:{EVE}")]
    assert f'DELEGATED-FROM="mailto:{ZED}"' in line


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
