"""Previews and their drafts: each preview creates what it shows, and nothing is created unasked."""

import asyncio
from datetime import timedelta
from typing import Any

from support.chat import Chats, Someone, buttons
from televent.application.drafts import MAX_DRAFTS
from televent.application.use_cases.calendars.agenda import agenda
from televent.application.use_cases.people.accounts import erase_account


def titles(person: Someone) -> list[str]:
    """The titles of all events of the next 60 days."""
    core, now = person.chats.core, person.chats.now
    found = agenda(core.backend, person.account.tenant, start=now - timedelta(30), end=now + timedelta(60))
    return [each.summary for each in found]


def old_button(person: Someone, data: str) -> Any:
    """A message of the bot with a button that has these data, as from an earlier day."""
    control = person.chats.control
    url = f"{control.sandbox.url}/bot{control.sandbox.config.bot_token}/sendMessage"
    markup = {"inline_keyboard": [[{"text": "late", "callback_data": data}]]}
    call = control.http.post(url, json={"chat_id": person.id, "text": f"Old: {data}", "reply_markup": markup})
    assert person.chats.do(call).is_success
    return person.hears(f"Old: {data}")


def test_an_older_preview_creates_what_it_shows(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/create Alpha, tomorrow 3pm, 1 hour")
    first = ann.hears("Shall I create this?")
    ann.says("/create Beta, tomorrow 4pm, 1 hour")
    second = ann.hears("Shall I create this?")
    ann.taps("✅ Create", first)
    assert "Alpha" in ann.hears("Created")["text"]
    ann.hears("Invite others?")
    ann.taps("✅ Create", second)
    assert "Beta" in ann.hears("Created")["text"]
    assert titles(ann) == ["Alpha", "Beta"]


def test_two_taps_create_one_event(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("Lunch, tomorrow at noon")
    preview = ann.hears("Shall I create this?")
    data = preview["buttons"][0][0]["callback_data"]
    path = f"/sandbox/people/{ann.id}/taps"

    async def twice() -> None:
        await asyncio.gather(*(chats.control.post(path, message_id=preview["message_id"], data=data) for _ in range(2)))

    chats.do(twice())
    ann.hears("Created")
    ann.hears("Invite others?")
    answer = ann.taps("late", old_button(ann, data))
    assert answer["answer"]["text"] == "This event is created already. To change it: /event"
    assert titles(ann) == ["Lunch"]


def test_a_preview_that_is_given_up_creates_nothing(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("Lunch, tomorrow at noon")
    preview = ann.hears("Shall I create this?")
    data = preview["buttons"][0][0]["callback_data"]
    ann.taps("✖️ Cancel", preview)
    ann.hears("nothing was created")
    ann.taps("late", old_button(ann, data))
    assert titles(ann) == []


def test_a_preview_says_what_was_assumed(chats: Chats) -> None:
    ann, boris = chats.person("Ann"), chats.person("Boris", language="ru")
    ann.says("/create Stand-up, every weekday 9:30")
    text = ann.hears("Shall I create this?")["text"]
    assert "every weekday" in text
    assert "I assumed one hour" in text
    boris.says("Обед, завтра в 13:00")
    text = boris.hears("Создать?")["text"]
    assert "24 ноября" in text
    assert "час" in text


def test_each_field_is_changed_before_the_event_is_created(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("Lunch, tomorrow at noon")
    ann.taps("✏️ Change", ann.hears("Shall I create this?"))
    for field, question, answer, shown in (
        ("Title", "What is it called?", "Dinner <b>", "Dinner <b>"),
        ("Time", "When?", "friday 7pm", "Fri, Nov 27 • 7:00 PM - 8:00 PM"),
        ("Duration", "How long?", "90m", "7:00 PM - 8:30 PM"),
        ("Place", "Where?", "Corner Cafe", "📍 Corner Cafe"),
        ("Description", "A description?", "bring cake", "📝 bring cake"),
        ("Guests", "Invite others?", "bob@example.com", "👥 bob@example.com"),
    ):
        ann.taps(field, ann.hears("What shall I change?"))
        ann.hears(question)
        ann.says(answer)
        preview = ann.hears("Shall I create this?")
        assert shown in preview["text"]
        ann.taps("✏️ Change", preview)
    ann.taps("← Back", ann.hears("What shall I change?"))
    ann.taps("✅ Create", ann.hears("Shall I create this?"))
    ann.hears("Created")
    assert titles(ann) == ["Dinner <b>"]


def test_an_edited_line_changes_its_preview(chats: Chats) -> None:
    ann = chats.person("Ann")
    line = ann.says("Lunch, tomorrow at noon")
    preview = ann.hears("Shall I create this?")
    ann.edits(line, "Lunch, tomorrow at 2pm")
    changed = ann.hears("2:00 PM - 3:00 PM")
    assert changed["message_id"] == preview["message_id"]
    ann.taps("✅ Create", changed)
    ann.hears("Created")
    ann.hears("Invite others?")
    ann.edits(line, "Lunch, tomorrow at 4pm")
    ann.hears("created already")
    assert titles(ann) == ["Lunch"]


def test_a_forwarded_message_says_who_wrote_it(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.forwards("Concert, friday 8pm", {"type": "user", "name": "Bob"})
    preview = ann.hears("Shall I create this?")
    assert "Bob wrote this" in preview["text"]
    assert titles(ann) == []


def test_a_time_that_is_over_is_asked_about(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/create Lunch, 2026-11-20 14:00")
    preview = ann.hears("This time is over")
    assert {"Tomorrow", "Next week"} <= set(buttons(preview))
    ann.taps("Next week", preview)
    assert "Fri, Dec 4 • 2:00 PM" in ann.hears("Shall I create this?")["text"]


def test_a_title_that_is_too_long_is_not_cut(chats: Chats) -> None:
    ann = chats.person("Ann")
    assert "may have 256" in ann.answer_to("x" * 257 + ", tomorrow 3pm")["text"]
    for length in (300, 1_024, 2_000):
        assert "may have 256" in ann.answer_to(f"{('word ' * length)[:length]} tomorrow 3pm")["text"], length


def test_old_buttons_are_dead(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("Lunch, tomorrow at noon")
    ann.hears("Shall I create this?")
    for data in ("create:yes", "draft:x:yes", "nonsense", "draft:AAAAAAAAAAAAAAAAAAAAAA:yes"):
        message = old_button(ann, data)
        answer = ann.taps("late", message)["answer"]
        assert answer["show_alert"], data
        assert answer["text"], data
        assert not next(each for each in ann.messages() if each["message_id"] == message["message_id"])["buttons"]
    assert titles(ann) == []


def test_drafts_are_bounded_and_forgotten(chats: Chats) -> None:
    ann, drafts = chats.person("Ann"), chats.core.backend.drafts
    tenant = ann.account.tenant
    ids = [chats.core.backend.ids() for _ in range(MAX_DRAFTS + 5)]
    for number, each in enumerate(ids):
        drafts.write(tenant, each, {"n": number}, chats.now + timedelta(minutes=number))
    assert drafts.read(tenant, ids[4]) is None
    assert drafts.read(tenant, ids[5]) == {"n": 5}
    assert drafts.sweep(chats.now + timedelta(days=7, minutes=6)) >= 1
    assert drafts.read(tenant, ids[5]) is None
    erase_account(chats.core.backend, ann.context())
    assert drafts.read(tenant, ids[-1]) is None
