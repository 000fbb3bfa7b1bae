"""A person's phone in a conversation with the bot: what they do, and what they see."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from support.sandbox import Control

Seen = dict[str, Any]
"""A message as the control API shows it: ``text``, ``html``, ``buttons``, ``message_id``, ``file`` and more."""


@dataclass
class Phone:
    """One person's phone, open at their chat with the bot or at a group.

    Every act notes where the chat was. ``hears`` looks only at what came after it, and then goes on from there, so a
    test reads as the conversation went: act, hear, act, hear.
    """

    control: Control
    person: int
    group: int | None = None
    at: int = 0

    async def says(self, text: str, **more: Any) -> Seen:
        """Send a text. ``entities`` are those of a client: formatting and ``text_mention`` with ``user``."""
        return await self._does("messages", text=text, **more)

    async def replies_to(self, message: Seen, text: str) -> Seen:
        """Send a text in reply to a message."""
        return await self.says(text, reply_to=message["message_id"])

    async def opens(self, payload: str) -> Seen:
        """Open the bot by the link t.me/<bot>?start=``payload``."""
        return await self._does("start", payload=payload)

    async def sends_location(self, latitude: float, longitude: float, **more: Any) -> Seen:
        """Send a place, in degrees."""
        return await self._does("locations", latitude=latitude, longitude=longitude, **more)

    async def sends_contact(self, person: int | None = None, **more: Any) -> Seen:
        """Send the contact of a person of the sandbox (None: their own), or of a ``name`` with a ``phone``."""
        return await self._does("contacts", **more if person is None else {"person": person, **more})

    async def sends_file(self, name: str, content: bytes | str, caption: str = "", **more: Any) -> Seen:
        """Send a file, such as an invitation in an .ics file. ``mime_type`` and ``photo=True`` may be given."""
        return await self._does("files", **_attached(name, content, caption), **more)

    async def forwards(self, message: Seen, *, of: int | None = None) -> Seen:
        """Forward a message of their own chat, or of the chat of another person ``of``."""
        return await self._does("forwards", message_id=message["message_id"], **({"from_person": of} if of else {}))

    async def forwards_text(self, text: str, origin: Seen) -> Seen:
        """Forward a text from elsewhere. ``origin`` has a ``type``: user with ``person`` or ``name``, hidden_user with
        ``name``, chat or channel with ``title``."""
        return await self._does("forwards", text=text, origin=origin)

    async def forwards_file(self, name: str, content: bytes | str, origin: Seen, caption: str = "") -> Seen:
        """Forward a file from elsewhere; ``origin`` as in `forwards_text`."""
        return await self._does("forwards", **_attached(name, content, caption), origin=origin)

    async def edits(self, message: Seen, text: str) -> Seen:
        """Change the text of an own message."""
        return await self._does(f"messages/{message['message_id']}", text=text)

    async def deletes(self, message: Seen) -> None:
        """Delete a message for both sides. The bot is not told, as with Telegram."""
        query = {} if self.group is None else {"group": self.group}
        path = f"/sandbox/people/{self.person}/messages/{message['message_id']}"
        answer = await self.control.http.delete(path, params=query)
        assert answer.is_success, answer.text

    async def reacts(self, message: Seen, emoji: str) -> Seen:
        """React to a message; "" takes the reaction back."""
        return await self._does(f"messages/{message['message_id']}/reaction", emoji=emoji)

    async def taps(self, button: str | None = None, message: Seen | None = None, **more: Any) -> Seen:
        """Tap a button by its text, or by ``data``: of ``message``, of the last message that has it, or of the keyboard
        below.

        Returns the bot's answer to the tap: ``text``, ``show_alert``, ``url``; for a button of the keyboard below or a
        link to the bot the message that it sent. A button that asks for a place needs ``latitude`` and ``longitude``.
        """
        which = {"button": button, "message_id": message["message_id"] if message else None, **more}
        tapped = await self._does("taps", **{name: value for name, value in which.items() if value is not None})
        if "callback_query_id" not in tapped:
            return tapped
        answered = await self.control.get(f"/sandbox/taps/{tapped['callback_query_id']}", wait=30)
        assert answered["answer"] is not None, f"the bot did not answer the tap on {button or more}"
        answer: Seen = answered["answer"]
        return answer

    async def blocks(self, *, blocked: bool = True) -> None:
        """Block the bot, or unblock it."""
        await self.control.post(f"/sandbox/people/{self.person}/block", blocked=blocked)

    async def hears(self, words: str = "") -> Seen:
        """Wait for the bot's next message, or its next edit of one, that has these words."""
        seen: list[str] = []
        after = self.at
        for _ in range(20):
            found = await self.control.get(self._chat(), after=after, wait=10)
            for message in sorted(found["messages"], key=lambda each: each["revision"]):
                if not message["deleted"] and message["from"] == "bot" and words in message["text"]:
                    self.at = message["revision"]
                    heard: Seen = message
                    return heard
                seen.append(message.get("text", ""))
            after = found["revision"]
        raise AssertionError(f"the bot did not say {words!r} but {seen}")

    async def sees(self) -> list[Seen]:
        """All messages of the chat that are not deleted, oldest first."""
        found = await self.control.get(self._chat())
        return [message for message in found["messages"] if not message["deleted"]]

    async def keyboard(self) -> list[list[Seen]]:
        """The rows of the keyboard below the private chat: ``text``, ``request_location``, ``request_contact``."""
        found = await self.control.get(f"/sandbox/people/{self.person}/messages")
        rows: list[list[Seen]] = found["reply_keyboard"].get("keyboard", [])
        return rows

    def _chat(self) -> str:
        return f"/sandbox/groups/{self.group}/messages" if self.group else f"/sandbox/people/{self.person}/messages"

    async def _does(self, act: str, **fields: Any) -> Seen:
        self.at = (await self.control.get("/sandbox"))["revision"]
        if self.group is not None:
            fields["group"] = self.group
        done: Seen = await self.control.post(f"/sandbox/people/{self.person}/{act}", **fields)
        return done


def unknown_fields(value: Any, path: str = "") -> list[str]:
    """The fields of one of aiogram's objects that the Bot API does not have, at any depth."""
    if isinstance(value, list):
        return [name for index, each in enumerate(value) for name in unknown_fields(each, f"{path}[{index}]")]
    found = [f"{path}.{name}" for name in getattr(value, "model_extra", None) or ()]
    for name in getattr(type(value), "model_fields", ()):
        found += unknown_fields(getattr(value, name), f"{path}.{name}")
    return found


def _attached(name: str, content: bytes | str, caption: str) -> dict[str, Any]:
    raw = content.encode() if isinstance(content, str) else content
    kinds = {"ics": "text/calendar", "png": "image/png", "vcf": "text/vcard"}
    kind = kinds.get(name.rpartition(".")[2], "application/octet-stream")
    return {"name": name, "mime_type": kind, "base64": b64encode(raw).decode(), "caption": caption}
