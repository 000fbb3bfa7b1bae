"""Checks reply_markup as Telegram does (https://core.telegram.org/bots/api#inlinekeyboardmarkup)."""

from typing import Any
from urllib.parse import urlsplit

from televent.adapters.sandbox.botapi.call import Call
from televent.adapters.sandbox.botapi.errors import BotApiError, bad_request

Json = dict[str, Any]

MAX_BUTTONS = 100
"""Max buttons of a keyboard."""
MAX_DATA_BYTES = 64
"""Max bytes of callback_data."""
MAX_PLACEHOLDER = 64
"""Max characters of the hint in the input field."""
MAX_COPIED = 256
"""Max characters that a button copies."""
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_INLINE_KINDS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


def read_markup(call: Call, *, in_group: bool = False) -> tuple[Json | None, Json | None]:
    """The inline keyboard, which is part of the message, and the other kind, which only the person sees.

    Each is None where the call has none. A group takes no buttons that ask for a person's own data. Raises BotApiError.
    """
    markup = call.structure("reply_markup", "reply keyboard markup")
    if markup is None:
        return None, None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _rows(markup["inline_keyboard"], "inline_keyboard")
        kept = [[_inline(button) for button in row] for row in rows]
        kept = [row for row in kept if row]
        if sum(map(len, kept)) > MAX_BUTTONS:
            raise bad_request("reply markup is too long")
        return ({"inline_keyboard": kept} if kept else None), None
    if "keyboard" in markup:
        rows = _rows(markup["keyboard"], "keyboard")
        kept = [[_plain(button, in_group) for button in row] for row in rows]
        return None, {"keyboard": [row for row in kept if row], **_looks(markup)}
    if markup.get("remove_keyboard") is True:
        return None, {"remove_keyboard": True}
    if markup.get("force_reply") is True:
        return None, {"force_reply": True, **_looks(markup)}
    return None, None


def _rows(rows: Any, name: str) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise bad_request(f'field "{name}" must be of type Array')
    for row in rows:
        if not isinstance(row, list):
            raise bad_request(f'field "{name}" must be an Array of Arrays')
    return rows


def _inline(button: Any) -> Json:
    if not isinstance(button, dict):
        raise _unparsable("InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise _unparsable("Text is empty" if isinstance(text, str) else 'Can\'t find field "text"')
    kinds = {kind: button[kind] for kind in _INLINE_KINDS if button.get(kind) is not None}
    if not kinds:
        raise _unparsable("Text buttons are unallowed in the inline keyboard")
    data = kinds.get("callback_data")
    if data is not None and not (isinstance(data, str) and 1 <= len(data.encode("utf-8", "replace")) <= MAX_DATA_BYTES):
        raise bad_request("BUTTON_DATA_INVALID")
    if "copy_text" in kinds:
        copied = kinds["copy_text"].get("text") if isinstance(kinds["copy_text"], dict) else None
        if not isinstance(copied, str) or not 1 <= len(copied) <= MAX_COPIED:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
    if "url" in kinds:
        _check_link(kinds["url"], "URL")
    if "web_app" in kinds:
        web_app = kinds["web_app"]
        _check_link(web_app.get("url") if isinstance(web_app, dict) else None, "Web App URL")
    kept = {"text": text, **kinds}
    for name in ("style", "icon_custom_emoji_id"):
        if button.get(name) is not None:
            kept[name] = button[name]
    return kept


def _check_link(url: Any, what: str) -> None:
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        usable = parts.scheme in ("", "http", "https", "tg", "ton") and (parts.netloc or parts.path)
    except ValueError:
        usable = False
    if not usable:
        raise bad_request(f"inline keyboard button {what} '{url}' is invalid: Wrong HTTP URL")
    # Telegram wants https and a public name for a Web App. The sandbox also accepts one that runs on this machine.
    if what == "Web App URL" and parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise bad_request(f"inline keyboard button {what} '{url}' is invalid: Only HTTPS links are allowed")


def _plain(button: Any, in_group: bool) -> Json:
    text = button.get("text") if isinstance(button, dict) else button
    if not isinstance(text, str) or not text:
        raise bad_request("can't parse keyboard button: Can't find field \"text\"")
    for name, what in (("request_contact", "phone number"), ("request_location", "location")):
        if isinstance(button, dict) and button.get(name) is True:
            if in_group:
                raise bad_request(f"{what} can be requested in private chats only")
            return {"text": text, name: True}
    return {"text": text}


def _looks(markup: Json) -> Json:
    placeholder = markup.get("input_field_placeholder") or ""
    if not isinstance(placeholder, str) or len(placeholder) > MAX_PLACEHOLDER:
        raise bad_request("input field placeholder is too long")
    return {"one_time": markup.get("one_time_keyboard") is True, "placeholder": placeholder}


def _unparsable(sentence: str) -> BotApiError:
    return bad_request(f"can't parse inline keyboard button: {sentence}")
