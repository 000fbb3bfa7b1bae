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
    "bot_command": ('<span class="command">', "</span>"),
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
                opening, closing = _tags(entity)
                piece = f"{opening}{piece}{closing}"
        pieces.append(piece)
    return "".join(pieces)


def _tags(entity: dict[str, Any]) -> tuple[str, str]:
    if entity["type"] == "text_link":
        address = str(entity.get("url", ""))
        if address.lower().startswith(_SAFE_SCHEMES):
            return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">', "</a>"
    return _TAGS.get(entity["type"], ("", ""))
