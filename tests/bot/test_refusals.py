"""A refusal is said in the language that the person has chosen."""

from support.chat import Chats


def test_a_refusal_is_said_in_the_persons_language(chats: Chats) -> None:
    ann = chats.person("Аня", language="ru", zone="Europe/Moscow")
    assert ann.answer_to("/share default nobody@example.com read")["text"] == "Здесь нет никого с таким именем."
    # Telegram goes on saying that this person's language is Russian.
    ann.says("/settings язык en")
    ann.hears("English")
    answer = ann.answer_to("/share default nobody@example.com read")
    assert answer["text"] == "There is nobody of that name here to share a calendar with."
