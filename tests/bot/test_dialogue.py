"""The dialogue of /create: each question with its buttons, and lines that are no answers."""

from support.chat import Chats, buttons


def test_the_dialogue_from_title_to_guests(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/create")
    assert buttons(ann.hears("What is it called?")) == ["✖️ Cancel"]
    ann.says("Lunch")
    assert buttons(ann.hears("When?")) == ["📅 Pick a time", "← Back", "✖️ Cancel"]
    ann.says("some day")
    ann.hears("could not read that time")
    ann.says("tomorrow at noon")
    assert buttons(ann.hears("How long?")) == ["Skip", "← Back", "✖️ Cancel"]
    ann.says("90m")
    ann.hears("A description?")
    ann.says("bring cake")
    ann.hears("Where?")
    ann.says("Café")
    preview = ann.hears("Shall I create this?")
    assert "12:00 PM - 1:30 PM" in preview["text"]
    assert "bring cake" in preview["text"]
    assert "I assumed" not in preview["text"]
    ann.taps("✅ Create", preview)
    ann.hears("Created")
    ann.hears("Invite others?")
    ann.says("bob@example.com")
    ann.hears("bob@example.com")


def test_back_leads_to_the_question_before(chats: Chats) -> None:
    boris = chats.person("Борис", language="ru")
    boris.says("/create")
    boris.hears("Как назвать?")
    boris.says("Обет")
    boris.taps("← Назад", boris.hears("Когда?"))
    boris.hears("Как назвать?")
    boris.says("Обед")
    boris.hears("Когда?")
    boris.says("завтра в 13:00")
    boris.hears("Как долго?")
    boris.taps("Пропустить")
    boris.hears("Описание?")
    boris.taps("Пропустить")
    boris.hears("Где?")
    boris.taps("Пропустить")
    assert "Обед" in boris.hears("Создать?")["text"]


def test_a_stale_skip_is_dead(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/create")
    ann.hears("What is it called?")
    ann.says("Lunch")
    ann.hears("When?")
    ann.says("tomorrow at noon")
    stale = ann.hears("How long?")
    ann.says("/create Tea, tomorrow 3pm, 1 hour")
    ann.hears("Shall I create this?")
    assert ann.taps("Skip", stale)["answer"]["text"] == "This button is no longer valid."
    assert not next(each for each in ann.messages() if each["message_id"] == stale["message_id"])["buttons"]


def test_a_command_answers_and_the_dialogue_stays(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/create")
    ann.hears("What is it called?")
    ann.says("/today")
    ann.hears("Nothing is planned")
    ann.says("Lunch")
    ann.hears("When?")


def test_a_whole_event_is_no_silent_answer(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/create")
    ann.hears("What is it called?")
    ann.says("Dinner, friday 7pm")
    asked = ann.hears("Is this the title, or a new event?")
    ann.taps("🆕 A new event", asked)
    assert "Dinner" in ann.hears("Shall I create this?")["text"]
    ann.says("Lunch")
    ann.hears("When?")
    ann.says("Concert, friday 8pm")
    ann.taps("My answer", ann.hears("Is this the time, or a new event?"))
    ann.hears("How long?")


def test_a_forwarded_message_is_no_answer(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/create")
    ann.hears("What is it called?")
    ann.forwards("Concert, friday 8pm", {"type": "user", "name": "Bob"})
    assert "Concert" in ann.hears("Shall I create this?")["text"]
    ann.says("Lunch")
    ann.hears("When?")


def test_an_answer_that_is_too_long_is_asked_again(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/create")
    ann.hears("What is it called?")
    assert "may have 256 characters. Yours has 257." in ann.answer_to("x" * 257)["text"]
    ann.says("x" * 256)
    ann.hears("When?")


def test_cancel_stops_the_dialogue(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/create")
    ann.taps("✖️ Cancel", ann.hears("What is it called?"))
    ann.hears("I have stopped")
    ann.says("/create")
    ann.hears("What is it called?")
    ann.says("/cancel")
    ann.hears("I have stopped")
    ann.says("Lunch, tomorrow at noon")
    ann.hears("Shall I create this?")


def test_the_time_can_be_picked_by_touch(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/create")
    ann.hears("What is it called?")
    ann.says("Lunch")
    ann.taps("📅 Pick a time", ann.hears("When?"))
    days = ann.hears("")
    ann.taps("25", days)
    hours = ann.hears("")
    ann.taps("12 PM", hours)
    minutes = ann.hears("")
    ann.taps("12:30 PM", minutes)
    lengths = ann.hears("")
    ann.taps("45 min", lengths)
    ann.taps("Skip", ann.hears("A description?"))
    ann.taps("Skip", ann.hears("Where?"))
    assert "Wed, Nov 25 • 12:30 PM - 1:15 PM" in ann.hears("Shall I create this?")["text"]
