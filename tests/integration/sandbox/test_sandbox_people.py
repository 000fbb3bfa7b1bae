"""The sandbox's control API: the allowed and the refused acts of people."""

import asyncio
import json
from typing import Any

import pytest

from support.sandbox import ANN, BOB, EVE, sandbox_control
from televent.adapters.sandbox.config import SandboxConfig
from televent.adapters.sandbox.server import Sandbox, serve


def test_ann_bob_and_eve_are_there_and_others_may_come() -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            people = await control.get("/sandbox/people")
            assert [(p["id"], p["name"], p["started"]) for p in people] == [
                (ANN, "Ann", False),
                (BOB, "Bob", False),
                (EVE, "Eve", False),
            ]
            assert (await control.post("/sandbox/people", name="Zoë"))["id"] == 1004
            renamed = await control.post("/sandbox/people", id=ANN, name="Anna", language_code="ru", started=True)
            assert (renamed["name"], renamed["username"], renamed["started"]) == ("Anna", "ann", True)

    asyncio.run(steps())


CANNOT: list[tuple[str, dict[str, Any], int, str]] = [
    ("people", {"name": ""}, 400, "name must have"),
    ("people", {"id": -1, "name": "x"}, 400, "id must be"),
    ("people/9/messages", {"text": "hi"}, 404, "no person 9"),
    ("people/1001/messages", {"text": " "}, 400, "needs text"),
    ("people/1001/messages", {"text": "x" * 4097}, 400, "at most 4096"),
    ("people/1001/messages", {"text": "x", "reply_to": 5}, 404, "no message 5"),
    ("people/1001/taps", {}, 400, "name the button"),
    ("people/1001/taps", {"data": "x"}, 404, "the chat has no button 'x'"),
    ("people/1001/files", {"base64": "?"}, 400, "not valid base64"),
    ("people/1001/files", {"name": "x"}, 400, "a file has"),
    ("people/1001/files", {"base64": "QUJD", "photo": True}, 400, "IMAGE_PROCESS_FAILED"),
    ("faults", {"status": 200}, 400, "status must be 400 to 599"),
    ("faults", {"status": "x"}, 400, "Expected `int`"),
    ("mails/1/answer", {"partstat": "ACCEPTED"}, 404, "no mail 1"),
]


@pytest.mark.parametrize(("path", "fields", "status", "sentence"), CANNOT)
def test_what_a_person_cannot_do_says_why(path: str, fields: dict[str, Any], status: int, sentence: str) -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            refused = await control.http.post(f"/sandbox/{path}", json=fields)
            assert (refused.status_code, sentence in refused.text) == (status, True), refused.text

    asyncio.run(steps())


def test_a_tap_finds_the_last_message_that_has_the_button() -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            await control.say(ANN, "/start")
            for number in (1, 2):
                buttons = [[{"text": "Go", "callback_data": f"go:{number}"}, {"text": "Site", "url": "https://e.com"}]]
                await control.call("sendMessage", chat_id=ANN, text="x", reply_markup={"inline_keyboard": buttons})
            tapped = await control.post(f"/sandbox/people/{ANN}/taps", button="Go")
            assert (tapped["data"], tapped["answer"]) == ("go:2", None)
            assert (await control.post(f"/sandbox/people/{ANN}/taps", data="go:1"))["message_id"] == 2
            opened = await control.http.post(f"/sandbox/people/{ANN}/taps", json={"button": "Site"})
            assert (opened.status_code, "https://e.com" in opened.text) == (409, True)
            stranger = await control.http.post(f"/sandbox/people/{BOB}/taps", json={"data": "go:1"})
            assert stranger.status_code == 404

    asyncio.run(steps())


def test_a_button_of_the_lower_keyboard_sends_its_text() -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            await control.say(ANN, "/start")
            keyboard = json.dumps({"keyboard": [[{"text": "Skip"}], ["Later"]]})
            await control.call("sendMessage", chat_id=ANN, text="Your email?", reply_markup=keyboard)
            chat = await control.get(f"/sandbox/people/{ANN}/messages")
            assert chat["keyboard"] == ["Skip", "Later"]
            said = await control.post(f"/sandbox/people/{ANN}/taps", button="Skip")
            assert (said["from"], said["text"]) == ("person", "Skip")
            await control.call("sendMessage", chat_id=ANN, text="Done", reply_markup={"remove_keyboard": True})
            assert (await control.get(f"/sandbox/people/{ANN}/messages"))["keyboard"] == []

    asyncio.run(steps())


def test_changes_since_a_revision_tell_edits_and_deletions_once() -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            await control.say(ANN, "/start")
            sent = (await control.call("sendMessage", chat_id=ANN, text="one")).json()["result"]
            seen = await control.get("/sandbox/changes")
            assert [len(chat["messages"]) for chat in seen["chats"]] == [2, 0, 0]
            waiting = asyncio.create_task(control.get("/sandbox/changes", after=seen["revision"], wait=20))
            where = {"chat_id": ANN, "message_id": sent["message_id"]}
            await control.call("editMessageText", text="two", **where)
            news = await waiting
            assert [[m["text"] for m in chat["messages"]] for chat in news["chats"]] == [["two"]]
            await control.call("deleteMessage", **where)
            last = await control.get(f"/sandbox/people/{ANN}/messages", after=news["revision"])
            assert [m["deleted"] for m in last["messages"]] == [True]
            assert (await control.get("/sandbox/changes", after=last["revision"]))["chats"] == []

    asyncio.run(steps())


def test_the_menu_is_the_narrowest_that_the_bot_has_set() -> None:
    async def steps() -> None:
        async with sandbox_control() as control:

            async def menu() -> list[str]:
                chat = await control.get(f"/sandbox/people/{ANN}/messages")
                return [command["command"] for command in chat["commands"]]

            await control.call("setMyCommands", commands=[{"command": "all", "description": "x"}])
            assert await menu() == ["all"]
            private = {"type": "all_private_chats"}
            await control.call("setMyCommands", commands=[{"command": "private", "description": "x"}], scope=private)
            assert await menu() == ["private"]
            bad = await control.call("setMyCommands", commands=[{"command": "A B", "description": "x"}])
            assert bad.json()["description"] == "Bad Request: BOT_COMMAND_INVALID"

    asyncio.run(steps())


def test_the_chat_page_says_where_calendar_apps_connect() -> None:
    async def steps() -> None:
        async with sandbox_control(
            app_address=lambda: "Calendar apps connect to http://192.0.2.7:3000/ & <b>"
        ) as control:
            shown = await control.http.get("/")
            assert "Calendar apps connect to http://192.0.2.7:3000/ &amp; &lt;b&gt;</span>" in shown.text

    asyncio.run(steps())


def test_only_the_sandboxs_own_pages_may_ask() -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            for page in ("/", "/mail"):
                shown = await control.http.get(page)
                assert shown.status_code == 200
                policy = shown.headers["content-security-policy"]
                nonce = policy.partition("script-src 'nonce-")[2].partition("'")[0]
                assert f'<script nonce="{nonce}"' in shown.text
                assert "{{nonce}}" not in shown.text
            script = await control.http.get("/sandbox/page/main.js")
            assert script.headers["content-type"] == "text/javascript; charset=utf-8"
            for name in ("index.html", "..%2F__init__.py", "x.js"):
                assert (await control.http.get(f"/sandbox/page/{name}")).status_code == 404
            foreign = {"Origin": "https://evil.example.com"}
            assert (await control.http.post("/sandbox/people", json={"name": "x"}, headers=foreign)).status_code == 403
            rebound = {"Host": "evil.example.com", "Origin": "http://evil.example.com"}
            assert (await control.http.get("/sandbox/people", headers=rebound)).status_code == 403
            own = {"Origin": control.sandbox.url}
            assert (await control.http.get("/sandbox/people", headers=own)).status_code == 200

    asyncio.run(steps())


def test_a_file_that_could_run_in_a_browser_is_only_offered_for_saving() -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            file = {"file": ("x.html", b"<script>alert(1)</script>", "text/html")}
            sent = (await control.http.post(f"/sandbox/people/{ANN}/files", files=file)).json()
            got = await control.http.get(sent["file"]["url"])
            assert got.headers["content-type"].startswith("application/octet-stream")
            assert got.headers["content-disposition"] == "attachment"
            assert got.headers["x-content-type-options"] == "nosniff"

    asyncio.run(steps())


def test_serving_tells_its_ports_ends_when_cancelled_and_names_a_port_in_use() -> None:
    async def steps() -> None:
        ready: asyncio.Future[Sandbox] = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(serve(SandboxConfig(), ready))
        sandbox = await ready
        assert sandbox.web_port != 0
        assert sandbox.smtp_port != 0
        with pytest.raises(OSError, match="in use"):
            await serve(SandboxConfig(web_port=sandbox.web_port))
        with pytest.raises(OSError, match="in use"):
            await serve(SandboxConfig(smtp_port=sandbox.smtp_port))
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        again: asyncio.Future[Sandbox] = asyncio.get_running_loop().create_future()
        config = SandboxConfig(web_port=sandbox.web_port, smtp_port=sandbox.smtp_port)
        serving = asyncio.create_task(serve(config, again))
        assert (await again).web_port == sandbox.web_port
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving

    asyncio.run(steps())
