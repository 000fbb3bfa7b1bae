"""/device add: the button that sets the phone up, where the server has an address for everybody."""

from support.chat import Chats, buttons, open_chats
from support.rest import call, served
from televent.runtime.api import http_app

PUBLIC = "https://calendar.example.com"


def test_the_button_sets_the_phone_up_once(database_url: str) -> None:
    with open_chats(database_url, public_url=PUBLIC) as chats:
        ann = chats.person("Ann")
        ann.says("/device add Phone")
        made = ann.hears("Set this phone up")
        assert "within 15 minutes" in made["text"]
        password = made["text"].split("Password: ")[1].split()[0]
        (link,) = (each["url"] for row in made["buttons"] for each in row if "Set this phone up" in each["text"])
        assert link.startswith(f"{PUBLIC}/api/setup/")
        assert password not in link
        path = link.removeprefix(PUBLIC)
        with served(http_app(chats.core, None)) as port:
            body, kind = b"for=other", "application/x-www-form-urlencoded"
            given = call(port, "POST", path, body, Content_Type=kind)
            assert (given.status, password in given.body) == (200, True)
            assert call(port, "POST", path, body, Content_Type=kind).status == 404
        ann.taps("🗑 Take it out of this chat", made)
        hidden = ann.hears("no longer in this chat")
        assert buttons(hidden) == []


def test_a_server_in_a_home_offers_no_link(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/device add Phone")
    made = ann.hears("Password: ")
    assert not any("Set this phone up" in each for each in buttons(made))
