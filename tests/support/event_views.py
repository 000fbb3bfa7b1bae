"""The view of one event in a chat: how a test opens it and taps through its pages."""

from typing import Any

from support.chat import Someone, buttons
from support.waiting import wait_until


def opened(someone: Someone, name: str = "sync") -> Any:
    """The view of the person's event, after all that the bot still had to say."""
    someone.says(f"/event {name}")
    view = someone.hears("👥")
    while "🕘 History" not in buttons(view) and "🕘 История" not in buttons(view):
        view = someone.hears("👥")
    return view


def pressed(someone: Someone, message: Any, *path: str) -> Any:
    """Taps these buttons one after another; returns the message as the last one left it."""
    for button in path:
        someone.taps(button, message)
        message = current(someone, message)
    return message


def current(someone: Someone, message: Any) -> Any:
    """The message as it is now."""
    return next(each for each in someone.messages() if each["message_id"] == message["message_id"])


def loses_buttons(someone: Someone, message: Any) -> None:
    """Waits until the message has no buttons: the bot takes them after it has said what it did."""
    wait_until(lambda: not buttons(current(someone, message)), what="the message lost its buttons")
