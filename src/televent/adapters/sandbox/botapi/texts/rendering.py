"""Renders a message's text and entities as HTML that is safe in a browser: Telegram's tags only, all else escaped."""

from html import escape
from itertools import pairwise
from typing import Any

_TAGS = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "spoiler": ('<span class="spoiler">', "</span>"),
    "code": ("<code>", "</code>"),
    "pre": ("<pre>", "</pre>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ("<blockquote>", "</blockquote>"),
    "bot_command": ('<span class="command" role="button" tabindex="0">', "</span>"),
}
_SAFE_SCHEMES = ("http:", "https:", "tg:", "mailto:", "tel:")


def render_html(text: str, entities: list[dict[str, Any]]) -> str:
    """The text as HTML: split where an entity starts or ends, each piece in the tags of its entities."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    total = len(encoded) // 2
    borders = {0, total}
    for entity in entities:
        borders |= {min(entity["offset"], total), min(entity["offset"] + entity["length"], total)}
    pieces = []
    ordered = sorted(borders)
    for start, end in pairwise(ordered):
        piece = escape(encoded[start * 2 : end * 2].decode("utf-16-le", "replace"))
        for entity in reversed(entities):
            if entity["offset"] <= start and end <= entity["offset"] + entity["length"]:
                opening, closing = _tags(entity, _slice(encoded, entity))
                piece = f"{opening}{piece}{closing}"
        pieces.append(piece)
    return "".join(pieces)


def _slice(encoded: bytes, entity: dict[str, Any]) -> str:
    start = entity["offset"] * 2
    return encoded[start : start + entity["length"] * 2].decode("utf-16-le", "replace")


def _tags(entity: dict[str, Any], text: str) -> tuple[str, str]:
    match entity["type"]:
        case "text_link":
            address = str(entity.get("url", ""))
        case "url":
            address = text if "://" in text else f"http://{text}"
        case "email":
            address = f"mailto:{text}"
        case kind:
            return _TAGS.get(kind, ("", ""))
    if not address.lower().startswith(_SAFE_SCHEMES):
        return "", ""
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">', "</a>"
