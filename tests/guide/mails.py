"""The pictures of mails in docs/how-to/send-mail.md: some previews, as a phone and a window show them."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from PIL import Image

from support.browser import browser
from televent.adapters.email.previews.catalogue import preview

FOLDER = Path(__file__).parents[2] / "docs" / "pictures" / "mail"
PICTURES = (
    ("invitation", "en", 390, False),
    ("update-date", "en", 700, False),
    ("card-changed", "ru", 390, True),
    ("daily-summary", "en", 700, True),
)
"""Each picture: the mail, its language, the width of the screen in pixels, and whether it is dark."""
COLOURS = 64


def take_mails(folder: Path = FOLDER, pictures: tuple[tuple[str, str, int, bool], ...] = PICTURES) -> list[Path]:
    """Takes the pictures; returns their files."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with tempfile.TemporaryDirectory() as place:
        for name, language, width, dark in pictures:
            source, picture = Path(place, f"{name}.html"), folder / f"{name}-{width}{'-dark' * dark}.png"
            source.write_bytes(preview(name, language, "html"))
            height = asyncio.run(_take(source, picture, width, dark))
            with Image.open(picture) as whole:
                small = whole.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
            small.quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)
            taken.append(picture)
    return taken


async def _take(source: Path, picture: Path, width: int, dark: bool) -> int:
    """Takes one picture of the whole mail; returns its height in pixels of the page."""
    loaded = "document.readyState === 'complete' && document.querySelector('.card')"
    async with browser() as page:
        await page.shows(source.as_uri(), width=width, height=300, dark=dark)
        await page.until(loaded)
        height = int(await page.run("document.documentElement.scrollHeight"))
        assert await page.run("document.documentElement.scrollWidth") <= width, f"{source.name} is too wide"
        await page.shows(source.as_uri(), width=width, height=height, dark=dark)
        await page.until(loaded)
        await page.picture(picture)
        assert page.complaints == []
    return height
