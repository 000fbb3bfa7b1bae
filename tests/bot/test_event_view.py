"""One event in the chat: how it is opened and what it shows."""

from support.chat import Chats, buttons
from support.event_stage import TUESDAY, copies, made, starts, stored
from televent.application.read_models.codes import code_of


def test_an_event_is_opened_by_code_words_number_and_link(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/London")
    row = made(ann, "Team lunch")
    made(ann, "Dinner", start=TUESDAY.replace(day=25))
    code = row.stream_id.hex[:6]
    for text in (f"/event {code}", "/event team lunch", "/EVENT lunch", "/e lunch", f"/event #{code}", "/event 1"):
        view = ann.answer_to(text.replace("EVENT", "event"))
        assert "📅 Team lunch" in view["text"]
    for text in (code, f"#{code}", code.upper(), row.stream_id.hex, f"/e_{code}", f"/e_{code}_20261124"):
        assert "📅 Team lunch" in ann.answer_to(text)["text"]
    assert "🕐 Tue, Nov 24 at 3:00 PM - 4:00 PM" in view["text"]
    assert "📍 No location" in view["text"]
    assert "👥 0 attendees" in view["text"]
    assert "📝 No description" in view["text"]
    assert code_of(row.uid)[:6] in view["text"]
    assert buttons(view) == ["✏️ Edit", "⏩ Move", "👥 Guests", "📋 Duplicate", "🕘 History", "🗑 Delete"]
    assert "Which event?" in ann.answer_to("/event")["text"]
    assert "did not find" in ann.answer_to("/event 3")["text"]
    assert "did not find" in ann.answer_to("#abcdef12")["text"]


def test_the_view_in_russian(chats: Chats) -> None:
    vera = chats.person("Вера", language="ru", zone="Europe/Moscow")
    row = made(vera, "Обед", rule="FREQ=WEEKLY")
    view = vera.answer_to(f"/e_{row.stream_id.hex[:6]}")
    assert "🕐 Вт, 24 ноября с 15:00 до 16:00" in view["text"]
    assert "🔁 " in view["text"]
    assert "⏭ Показано ближайшее: вт, 24 ноября" in view["text"]
    assert "👥 0 участников" in view["text"]
    assert buttons(view) == ["✏️ Изменить", "⏩ Перенести", "👥 Гости", "📋 Копия", "🕘 История", "🗑 Удалить"]


def test_another_person_sees_the_meeting_in_their_own_zone_and_answers(chats: Chats) -> None:
    ann, bob = chats.person("Ann", zone="Europe/London"), chats.person("Bob", zone="Europe/Berlin")
    made(ann, "Sync", bob, rule="FREQ=WEEKLY")
    view = bob.answer_to("/event sync")
    while "📅 Sync" not in view["text"] or "✏️ Edit" not in buttons(view):
        view = bob.hears("")
    assert "🕐 Tue, Nov 24 at 4:00 PM - 5:00 PM" in view["text"]
    assert "🌍 3:00 PM - 4:00 PM in London" in view["text"]
    assert "Ann invited you. You have not answered yet" in view["text"]
    assert "⏩ Move" not in buttons(view)
    bob.taps("❔ Tentative", view)
    assert "Your answer: ❔ maybe" in bob.hears("Your answer")["text"]
    shown = ann.answer_to("/event sync")
    while "👥" not in shown["text"]:
        shown = ann.hears("👥")
    assert "1 attendee · ❔ 1" in shown["text"]


def test_one_occurrence_says_which_it_is(chats: Chats) -> None:
    ann = chats.person("Ann")
    row = made(ann, "Sync", rule="FREQ=WEEKLY;COUNT=4")
    view = ann.answer_to(f"/e_{row.stream_id.hex[:6]}_20261201")
    assert "☝️ Only the one of Tue, Dec 1 is shown" in view["text"]
    assert "Tue, Dec 1 at 3:00 PM" in view["text"]
    ann.taps("🔁 The whole series", view)
    assert "⏭ The next one is shown: Tue, Nov 24" in ann.hears("The next one")["text"]
    assert starts(stored(ann, row.stream_id)) == ["11-24 15:00"]


def test_a_button_of_an_event_that_is_gone_says_so(chats: Chats) -> None:
    ann = chats.person("Ann")
    row = made(ann, "Sync")
    views = [ann.answer_to("/event sync") for _ in range(3)]
    ann.taps("🗑 Delete", views[0])
    ann.hears("Cancel this event?")
    ann.taps("Yes, cancel it", views[0])
    ann.hears("🚫 Cancelled: Sync")
    for button, view in (("✏️ Edit", views[1]), ("🕘 History", views[2])):
        ann.taps(button, view)
        gone = ann.hears("not there any more")
        assert gone["message_id"] == view["message_id"]
        assert buttons(gone) == []
    assert row.stream_id not in [each.stream_id for each in copies(ann)]
