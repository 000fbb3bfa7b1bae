"""The pages behind a link that sets a device up."""

from __future__ import annotations

import html
from typing import Final

from televent.adapters.rest.pages.device_settings import DeviceSettings
from televent.wording.texts import text_of

POLICY: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


def choice_page(language: str, *, apple: bool) -> str:
    """Asks for which device the link is. ``apple``: whether a profile for Apple's systems can be given."""
    kinds = (["apple"] if apple else []) + ["other"]
    buttons = "".join(
        f'<p><button name="for" value="{each}">{_say(language, f"setup-{each}")}</button></p>' for each in kinds
    )
    return _page(language, f'<p>{_say(language, "setup-once")}</p><form method="post">{buttons}</form>')


def settings_page(language: str, settings: DeviceSettings) -> str:
    """The settings, for DAVx⁵ and to be typed. Nobody sees this page twice."""
    rows = "".join(
        f"<tr><th>{_say(language, f'setup-{name}')}</th><td><code>{html.escape(value)}</code></td></tr>"
        for name, value in (("server", settings.url), ("user", settings.user), ("password", settings.password))
    )
    link = f'<p><a href="{html.escape(settings.davx5())}">{_say(language, "setup-davx5")}</a></p>'
    return _page(language, f"{link}<p>{_say(language, 'setup-plain')}</p><table>{rows}</table>")


def gone_page(language: str) -> str:
    """Says that the link gives nothing any more."""
    return _page(language, f"<p>{_say(language, 'setup-gone')}</p>")


def _page(language: str, body: str) -> str:
    title = _say(language, "setup-title")
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><link rel="stylesheet" href="../docs/style.css"></head>'
        f"<body><h1>{title}</h1>{body}</body></html>"
    )


def _say(language: str, key: str) -> str:
    return html.escape(text_of("televent.adapters.rest", language, key))
