"""The content of a mail as plain values, and its two forms: text and HTML.

The HTML is for the mail programs that there are: Outlook on Windows draws with Word, so that the layout is tables and
the style stands in the elements; the style sheet only adds dark colours and small screens. Nothing is loaded from
elsewhere, so that a mail tells nobody that it was read. Every value is escaped, and none that a person wrote is a link.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

MAX_LINE: Final = 1_000
"""Max characters of a line of the content."""
MAX_TEXT: Final = 10_000
"""Max characters of a text that a person wrote, such as a description. Gmail cuts a mail off at 102 KB."""
MAX_WORDS: Final = 300
"""Max characters of the words of a link."""
MAX_LINES: Final = 250
"""Max lines of one list."""
MAX_HREF: Final = 2_000
"""Max characters of a link; Outlook on Windows opens no longer ones."""
FONT: Final = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of ours: its words, and its address. Neither is escaped. ``main``: it is drawn as the first choice."""

    words: str
    href: str
    main: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """All that a mail says, in the order in which it is read. Nothing in it is escaped.

    ``lead``: the first sentence. ``changes``: was → now, one line each. ``lines``: the facts; "" parts two groups.
    ``text``: what a person wrote. ``buttons``: the choices. ``links_lead`` and ``links``: further links, in one line.
    ``notes``: small print.
    """

    language: str
    subject: str
    lead: str
    changes: Sequence[str] = ()
    lines: Sequence[str] = ()
    text: str = ""
    buttons: Sequence[Link] = ()
    links_lead: str = ""
    links: Sequence[Link] = ()
    notes: Sequence[str] = ()

    @property
    def plain(self) -> str:
        """The text/plain part. It says what the HTML says, in the same order."""
        groups: list[list[str]] = [
            [_bounded(self.lead)],
            [*_listed(self.changes), *_listed(self.lines)],
            [_cut(self.text, MAX_TEXT)] if self.text else [],
            [f"{words}: {href}" for href, words in _by_href(self.buttons).items()],
            [f"{_bounded(self.links_lead)} {each.words}: {each.href}".strip() for each in _short(self.links)],
            [*map(_bounded, self.notes)],
        ]
        return "\n\n".join("\n".join(group) for group in groups if group) + "\n"

    @property
    def html(self) -> str:
        """The text/html part."""
        return _PAGE.format(
            language=self.language,
            title=html.escape(_bounded(self.subject)),
            rows="\n".join(_rows(self)),
            style=_STYLE,
            font=FONT,
        )


def _rows(content: Content) -> Iterator[str]:
    yield _row(f'<strong class="ink" style="{_INK}font-size:20px;line-height:28px">{_safe(content.lead)}</strong>')
    if content.changes:
        lines = "<br>".join(map(_safe, _listed(content.changes)))
        yield (
            f'<tr><td style="padding:0 0 12px"><table {_TABLE} width="100%"><tr>'
            f'<td class="was" bgcolor="#eaf3fb" style="{_INK}padding:10px 12px;background-color:#eaf3fb;'
            f'border-left:4px solid #1f6fbf;font-size:16px;line-height:24px">{lines}</td></tr></table></td></tr>'
        )
    if content.lines:
        yield _row("<br>".join(map(_safe, _listed(content.lines))))
    if content.text:
        lines = html.escape(_cut(content.text, MAX_TEXT)).replace("\n", "<br>")
        yield _row(f'<span class="ink" style="{_INK}">{lines}</span>', "padding:12px 0;border-top:1px solid #dfe3e7")
    if buttons := _short(content.buttons):
        yield f'<tr><td style="padding:4px 0 8px">{"".join(map(_button, buttons))}</td></tr>'
    if links := _short(content.links):
        named = " &middot; ".join(_anchor(each) for each in links)
        lead = f"{_safe(content.links_lead)} " if content.links_lead else ""
        yield _row(f'<span class="soft" style="{_SOFT}">{lead}{named}</span>')
    if content.notes:
        lines = "<br>".join(_safe(each) for each in content.notes)
        yield _row(f'<span class="soft" style="{_SOFT}font-size:14px;line-height:20px">{lines}</span>')


def _row(inner: str, style: str = "padding:0 0 12px") -> str:
    return f'<tr><td class="ink" style="{_INK}{style};font-size:16px;line-height:24px">{inner}</td></tr>'


def _button(link: Link) -> str:
    """A choice. Outlook on Windows gives padding to cells only; ``align`` lets small screens break the row."""
    back, ink = ("#1f6fbf", "#ffffff") if link.main else ("#ffffff", "#1f6fbf")
    kind = "main" if link.main else "other"
    return (
        f'<table {_TABLE} align="left" style="margin:0 8px 8px 0"><tr><td class="{kind}" bgcolor="{back}" '
        f'style="border:1px solid #1f6fbf;border-radius:8px;background-color:{back};mso-padding-alt:10px 18px">'
        f'<a class="{kind}" href="{html.escape(link.href)}" style="{FONT};display:inline-block;padding:10px 18px;'
        f'color:{ink};font-size:16px;line-height:24px;font-weight:bold;text-decoration:none">'
        f"{html.escape(link.words)}</a></td></tr></table>"
    )


def _anchor(link: Link) -> str:
    style = "color:#1f6fbf;text-decoration:underline"
    return f'<a class="link" href="{html.escape(link.href)}" style="{style}">{html.escape(link.words)}</a>'


def _short(links: Sequence[Link]) -> list[Link]:
    """The links within the bounds. One that is too long is left out: cut off, it would lead elsewhere."""
    return [replace(each, words=_cut(each.words, MAX_WORDS)) for each in links if len(each.href) <= MAX_HREF]


def _by_href(links: Sequence[Link]) -> dict[str, str]:
    """The words of each address, together where several lead to the same page."""
    found: dict[str, list[str]] = {}
    for each in _short(links):
        found.setdefault(each.href, []).append(each.words)
    return {href: " / ".join(words) for href, words in found.items()}


def _listed(lines: Sequence[str]) -> list[str]:
    """The lines within the bounds; the last one counts those that are left out."""
    more = len(lines) - MAX_LINES
    return [*map(_bounded, lines[:MAX_LINES]), *([f"… +{more}"] if more > 0 else [])]


def _safe(line: str) -> str:
    return html.escape(_bounded(line)) or "&nbsp;"


def _bounded(line: str) -> str:
    """One line: a line end in a name or a place begins no line of ours."""
    return _cut(" ".join(line.split()), MAX_LINE)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


_TABLE: Final = 'role="presentation" cellpadding="0" cellspacing="0" border="0"'
_INK: Final = f"{FONT};color:#17212b;"
_SOFT: Final = f"{FONT};color:#5d6b78;"
_STYLE: Final = """\
:root { color-scheme: light dark; supported-color-schemes: light dark; }
body { -webkit-text-size-adjust: 100%; }
@media (prefers-color-scheme: dark) {
  .page { background-color: #0e1621 !important; } .card { background-color: #17212b !important; border-color: #26333f !important; }
  .ink { color: #f1f4f7 !important; border-color: #26333f !important; } .soft { color: #93a3b3 !important; }
  .was { color: #f1f4f7 !important; background-color: #1d3347 !important; border-color: #7cc4fa !important; }
  .link, a.other { color: #7cc4fa !important; } td.other { background-color: #17212b !important; border-color: #7cc4fa !important; }
}
@media (max-width: 480px) { .pad { padding: 18px 16px 10px !important; } .page-cell { padding: 8px 4px !important; } }"""  # noqa: E501
_PAGE: Final = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
<title>{title}</title>
<style>
{style}
</style>
<!--[if mso]><style>td, a, span, strong {{ font-family: Arial, sans-serif !important; }}</style><![endif]-->
</head>
<body class="page" bgcolor="#e6ebee" style="margin:0;padding:0;background-color:#e6ebee;{font}">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#e6ebee" \
style="background-color:#e6ebee"><tr><td class="page-cell" align="center" style="padding:20px 8px">
<!--[if mso]><table role="presentation" width="560" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#ffffff" \
style="max-width:560px;border:1px solid #dfe3e7;border-radius:12px;background-color:#ffffff"><tr>
<td class="pad" align="left" style="padding:24px 26px 14px;word-break:break-word;overflow-wrap:anywhere">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
{rows}
</table>
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</body>
</html>
"""
