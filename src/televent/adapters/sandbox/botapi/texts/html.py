"""Parses parse_mode=HTML as Telegram does: to text and entities, or to Telegram's own error sentence.

Offsets and lengths of entities count UTF-16 code units; offsets in errors count bytes of UTF-8
(https://core.telegram.org/bots/api#html-style).
"""

import re
from dataclasses import dataclass

from televent.adapters.sandbox.botapi.errors import BotApiError, bad_request
from televent.adapters.sandbox.botapi.texts.entities import Entity, units

STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_CHARACTER = re.compile(r"&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot));?")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>]*)\s*(=?)\s*(?:"([^"]*)"|'([^']*)'|([a-zA-Z0-9.\-]*))""")
_LINK = re.compile(r"(?i)(?:https?|tg|tonsite|mailto|tel):\S+|[\w.-]+\.[a-z]{2,}(?:[/?#]\S*)?")


@dataclass(slots=True)
class _Open:
    tag: str
    offset: int
    attributes: dict[str, str]
    within: str | None


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """The text that a reader sees, and its entities. Raises BotApiError for markup that Telegram refuses."""
    return _trim(*_Reader(source).read())


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.text: list[str] = []
        self.offset = 0
        self.entities: list[Entity] = []
        self.open: list[_Open] = []

    def read(self) -> tuple[str, list[Entity]]:
        at = 0
        while at < len(self.source):
            if self.source[at] == "<":
                at = self._close(at) if self.source.startswith("</", at) else self._begin(at)
            elif self.source[at] == "&" and (found := _CHARACTER.match(self.source, at)):
                self._add(_decode(found))
                at = found.end()
            else:
                end = min((i for i in (self.source.find(c, at + 1) for c in "<&") if i > 0), default=len(self.source))
                self._add(self.source[at:end])
                at = end
        if self.open:
            raise _unreadable(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        self.entities.sort(key=lambda e: (e["offset"], -e["length"]))
        return "".join(self.text), self.entities

    def _add(self, text: str) -> None:
        self.text.append(text)
        self.offset += units(text)

    def _byte(self, at: int) -> int:
        return len(self.source[:at].encode("utf-8", "surrogatepass"))

    def _begin(self, start: int) -> int:
        found = re.compile(r"[^\s>]*").match(self.source, start + 1)
        assert found is not None
        at = found.end()
        if at >= len(self.source):
            raise _unreadable(f"Unclosed start tag at byte offset {self._byte(start)}")
        tag = found.group().lower()
        if tag not in STYLES:
            raise _unreadable(f'Unsupported start tag "{tag}" at byte offset {self._byte(start)}')
        attributes, at = self._attributes(tag, start, at)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _unreadable(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(start)}')
        within = self.open[-1].tag if self.open else None
        self.open.append(_Open(tag, self.offset, attributes, within))
        return at + 1

    def _attributes(self, tag: str, start: int, at: int) -> tuple[dict[str, str], int]:
        attributes: dict[str, str] = {}
        while True:
            while at < len(self.source) and self.source[at].isspace():
                at += 1
            if at >= len(self.source):
                raise _unreadable(f"Unclosed start tag at byte offset {self._byte(start)}")
            if self.source[at] == ">":
                return attributes, at
            found = _ATTRIBUTE.match(self.source, at)
            if found is None or not found.group(1):
                raise _unreadable(f'Empty attribute name in the tag "{tag}" at byte offset {self._byte(at)}')
            name = found.group(1).lower()
            if not found.group(2):
                # Telegram accepts only this attribute without a value.
                if (tag, name) != ("blockquote", "expandable"):
                    raise _unreadable(
                        f'Expected equal sign in declaration of an attribute of the tag "{tag}" '
                        f"at byte offset {self._byte(start)}"
                    )
                attributes[name] = ""
                at = found.end(1)
                continue
            value = next((group for group in found.group(3, 4, 5) if group is not None), "")
            attributes[name] = _CHARACTER.sub(_decode, value)
            at = found.end()
            if at >= len(self.source) or (found.group(5) == "" and self.source[at] in "\"'"):
                raise _unreadable(f"Unclosed start tag at byte offset {self._byte(start)}")
            if self.source[at] != ">" and not self.source[at].isspace():
                raise _unreadable(f"Unexpected end of name token at byte offset {self._byte(at)}")

    def _close(self, start: int) -> int:
        if not self.open:
            raise _unreadable(f"Unexpected end tag at byte offset {self._byte(start)}")
        found = re.compile(r"</([^\s>]*)\s*(>?)").match(self.source, start)
        assert found is not None
        if not found.group(2):
            raise _unreadable(f"Unclosed end tag at byte offset {self._byte(start)}")
        opened, name = self.open.pop(), found.group(1).lower()
        if name and name != opened.tag:
            raise _unreadable(
                f"Unmatched end tag at byte offset {self._byte(start)}, "
                f'expected "</{opened.tag}>", found "</{found.group(1)}>"'
            )
        if self.offset > opened.offset:
            self._entity(opened)
        return found.end()

    def _entity(self, opened: _Open) -> None:
        entity: Entity = {
            "type": STYLES[opened.tag],
            "offset": opened.offset,
            "length": self.offset - opened.offset,
        }
        if opened.tag == "a":
            address = opened.attributes.get("href") or "".join(self.text).encode("utf-16-le", "surrogatepass")[
                opened.offset * 2 :
            ].decode("utf-16-le", "replace")
            # Telegram turns a link without a usable address into plain text, without an error.
            if not _LINK.fullmatch(address):
                return
            entity["url"] = address if ":" in address else f"http://{address}"
        if opened.tag == "tg-emoji":
            entity["custom_emoji_id"] = opened.attributes.get("emoji-id", "")
        if opened.tag == "blockquote" and "expandable" in opened.attributes:
            entity["type"] = "expandable_blockquote"
        language = opened.attributes.get("class", "")
        if opened.tag == "code" and opened.within == "pre" and language.startswith("language-"):
            self.open[-1].attributes["language"] = language.removeprefix("language-")
            return
        if opened.tag == "pre" and "language" in opened.attributes:
            entity["language"] = opened.attributes["language"]
        self.entities.append(entity)


def _decode(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name:
        return _NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    # A number that is no character stays as written.
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else found.group()


def _trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Removes white space at both ends and moves the entities, as Telegram does."""
    trimmed = text.strip()
    lead = units(text) - units(text.lstrip())
    end = units(trimmed)
    kept = []
    for entity in entities:
        first = max(entity["offset"] - lead, 0)
        last = min(entity["offset"] + entity["length"] - lead, end)
        if last > first:
            kept.append({**entity, "offset": first, "length": last - first})
    return trimmed, kept


def _unreadable(sentence: str) -> BotApiError:
    return bad_request(f"can't parse entities: {sentence}")
