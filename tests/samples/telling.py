"""The kinds of what people are told of a mail, in place of the words: those are other people's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

CHAT: Final = (
    ("which calendar came, with the file", r"brought a calendar\. It invites nobody"),
    ("offer to import, with preview", r"^📥 calendar\.ics"),
    ("why it changes nothing", r"brought a calendar that changes nothing"),
    ("question about an unknown sender", r"^📨 An invitation from a sender you do not know"),
    ("question about an unproven change", r"^📨 A change of an event came that I cannot prove"),
    ("question about an unproven answer", r"^📨 An answer came that I cannot prove"),
    ("who answered uninvited", r"^A person who was not invited answered"),
    ("who is sent instead", r"^.{1,80} will not come to"),
    ("cancellation", r"🚫 This meeting was cancelled"),
    ("removal, while the meeting goes on", r"took you off the list"),
    ("card of the change", r"changed this meeting"),
    ("invitation card", r"invited you\."),
    ("the answer", r"(accepted|declined|delegated) your meeting"),
    ("the answers", r"accepted your meeting\.\n"),
    ("proposal", r"proposes"),
)
"""Kinds of chat messages, by a pattern in their text; the first that fits."""
MAILS: Final = (
    ("question, with a link", r"^Please decide: "),
    ("offer to import, with a link", r"brought a calendar$"),
    ("why it changes nothing", r"changed nothing$"),
    ("who answered uninvited, with a link", r"^May they come\?"),
    ("who answered one date uninvited", r"^Somebody who was not invited answered"),
    ("the answer", r"^Answers: "),
    ("invitation, because its zone is unknown", r"^Invitation: "),
)
"""Kinds of mails, by a pattern in their subject."""
BUTTONS_SHOWN: Final = {
    "Apply": "Apply",
    "Ignore": "Ignore",
    "Always believe this sender": "Always believe",
    "✅ Accept": "Accept",
    "❔ Tentative": "Tentative",
    "❌ Decline": "Decline",
    "🕒 Propose a new time": "New time",
    "📆 One date only…": "One date",
    "📥 Import": "Import",
    "✖️ Cancel": "Cancel",
    "➕ Invite": "Invite",
    "Leave it": "Leave it",
    "🚫 Refuse": "Refuse",
}
"""The buttons as the table names them."""
UNKNOWN_ZONE: Final = "does not know the time zone"
OVER: Final = "This event is over"


def told_in_chat(messages: Iterable[Any]) -> str:
    """The kinds of the messages with their buttons; "–" for none. Raises LookupError for a message of no known kind."""
    return _joined(_message(each) for each in messages)


def told_by_mail(mails: Iterable[Any]) -> str:
    """The kinds of the mails; "–" for none. Raises LookupError for one of no known kind."""
    return _joined(_kind(MAILS, each["subject"]) for each in mails)


def _message(message: Any) -> str:
    text = message["text"] or ""
    kind = _kind(CHAT, text)
    if UNKNOWN_ZONE in text:
        kind += ", which says that the time zone is unknown"
    if OVER in text:
        kind += " (over)"
    buttons = [_button(each["text"]) for row in message["buttons"] or () for each in row]
    return f"{kind}: {', '.join(buttons)}" if buttons else kind


def _button(text: str) -> str:
    return "Import all" if text.startswith("📥 Import all (") else BUTTONS_SHOWN[text]


def _kind(kinds: Iterable[tuple[str, str]], text: str) -> str:
    found = next((kind for kind, pattern in kinds if re.search(pattern, text)), None)
    if found is None:
        raise LookupError(f"a text of no known kind: {text!r}")
    return found


def _joined(kinds: Iterable[str]) -> str:
    return "; ".join(kinds) or "–"
