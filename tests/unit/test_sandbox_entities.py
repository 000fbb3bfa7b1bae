"""parse_mode=HTML in the sandbox: what Telegram reads, what it refuses and how, and what is safe to show."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from televent.adapters.sandbox.botapi.errors import BotApiError
from televent.adapters.sandbox.botapi.texts.entities import units
from televent.adapters.sandbox.botapi.texts.html import parse_html
from televent.adapters.sandbox.botapi.texts.rendering import render_html

READ = [
    ("plain", "plain", []),
    ("a &lt; b &amp;&#33; &eacute; &", "a < b &! &eacute; &", []),
    ("<b>x</b>", "x", [("bold", 0, 1)]),
    ("📅 <b>x</b>", "📅 x", [("bold", 3, 1)]),
    ("<B>x<i>y</I></>", "xy", [("bold", 0, 2), ("italic", 1, 1)]),
    ("  <b> x </b> ", "x", [("bold", 0, 1)]),
    ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
    ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
    ("<b></b>x", "x", []),
    ("<a href='javascript:alert(1)'>x</a>", "x", []),
]


@pytest.mark.parametrize(("source", "text", "entities"), READ)
def test_html_becomes_text_and_entities_counted_in_utf16(source: str, text: str, entities: list[Any]) -> None:
    got, found = parse_html(source)
    assert (got, [(e["type"], e["offset"], e["length"]) for e in found]) == (text, entities)


def test_a_link_keeps_its_address_and_code_its_language() -> None:
    _, (link,) = parse_html('<a href="https://example.com/?a=1&amp;b=2">x</a>')
    assert link["url"] == "https://example.com/?a=1&b=2"
    _, (code,) = parse_html('<pre><code class="language-python">x</code></pre>')
    assert (code["type"], code["language"]) == ("pre", "python")


REFUSED = [
    ("<div>x</div>", 'Unsupported start tag "div" at byte offset 0'),
    ("é <br>", 'Unsupported start tag "br" at byte offset 3'),
    ("1 < 2 > 0", 'Unsupported start tag "" at byte offset 2'),
    ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("<b", "Unclosed start tag at byte offset 0"),
    ("<a href=", "Unclosed start tag at byte offset 0"),
    ('<a href="x', "Unclosed start tag at byte offset 0"),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ("<b x>y</b>", 'Expected equal sign in declaration of an attribute of the tag "b" at byte offset 0'),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
]


@pytest.mark.parametrize(("source", "sentence"), REFUSED)
def test_what_telegram_cannot_parse_is_refused_in_its_words(source: str, sentence: str) -> None:
    with pytest.raises(BotApiError) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {sentence}"


def test_what_is_shown_holds_telegrams_tags_and_escapes_all_else() -> None:
    text, entities = parse_html("<b>&lt;script&gt;<i>x</i></b><a href='https://e.com/\"onclick=\"'>y</a>")
    assert render_html(text, entities) == (
        "<b>&lt;script&gt;</b><b><i>x</i></b>"
        '<a href="https://e.com/&quot;onclick=&quot;" target="_blank" rel="noopener noreferrer">y</a>'
    )
    given = [{"type": "text_link", "offset": 0, "length": 1, "url": "javascript:alert(1)"}]
    assert render_html("x", given) == "x"


@given(st.text(alphabet="<>/ab =\"'&;#1x📅\n", max_size=60))
def test_whatever_is_written_is_read_or_refused_and_never_shown_raw(source: str) -> None:
    try:
        text, entities = parse_html(source)
    except BotApiError:
        return
    assert text == text.strip()
    assert all(e["offset"] >= 0 and e["offset"] + e["length"] <= units(text) and e["length"] > 0 for e in entities)
    shown = render_html(text, entities)
    for tag in ("<b>", "</b>", "<a ", "</a>", "<i>", "</i>", "<s>", "</s>", "<u>", "</u>"):
        shown = shown.replace(tag, "")
    assert "<" not in shown
