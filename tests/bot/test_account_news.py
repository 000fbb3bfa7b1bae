"""A new way into an account is told in the chat, whatever the person chose."""

from support.chat import Chats
from televent.application.use_cases.people.api_keys import add_key
from televent.application.use_cases.people.preferences import change_preferences


def test_somebody_who_wants_no_news_hears_of_a_new_key(chats: Chats) -> None:
    for name, language, words in (("Ann", "en", "new API key, “CI”"), ("Аня", "ru", "новым ключом API «CI»")):
        ann = chats.person(name, language=language)
        backend = chats.core.backend
        change_preferences(backend, ann.context(), {"notifications": False})
        add_key(backend, ann.context("rest"), name="CI", scopes=("calendars:read",), expires_at=None)
        ann.hears(words)
