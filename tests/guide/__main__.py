"""``make guide-pictures``: takes the pictures of docs/how-to/use-the-bot.md and its Russian twin.

It starts Televent once for each language, with new data, and drives the chat page in a headless Chromium.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from PIL import Image

from guide.chat_page import ChatPage
from guide.mails import take_mails
from guide.walk import Walk
from guide.words import WORDS
from support.browser import PROGRAM, browser
from support.running import Televent

FOLDER = Path(__file__).parents[2] / "docs" / "pictures" / "bot"
WIDTH = 440
"""Pixels: sharp enough to read, small enough for a page with many pictures."""
COLOURS = 64


def shrink(picture: Path) -> None:
    """Makes a picture small: fewer pixels and a palette."""
    with Image.open(picture) as whole:
        size = (WIDTH, round(whole.height * WIDTH / whole.width))
        small = whole.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)


async def take(language: str, sandbox: str, folder: Path) -> None:
    """Takes the pictures of one language from a Televent that nobody has talked to."""
    async with browser(language) as page:
        await Walk(ChatPage(page, sandbox, folder), WORDS[language]).all()
        assert page.complaints == []


def main() -> int:
    parser = argparse.ArgumentParser(prog="make guide-pictures", description="Take the pictures of the guides.")
    parser.add_argument("--language", choices=WORDS, action="append", help="one language alone")
    parser.add_argument("--mails", action="store_true", help="the pictures of mails alone")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go")
    given = parser.parse_args()
    if PROGRAM is None:
        print("The pictures need Chromium: apt install chromium", file=sys.stderr)
        return 1
    for picture in take_mails():
        print(f"{picture.stat().st_size / 1024:6.0f} KB  {picture}")
    for language in [] if given.mails else given.language or WORDS:
        folder = given.folder / language
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="televent-guide-") as place, Televent(Path(place, "data")) as televent:
            asyncio.run(take(language, televent.sandbox, folder))
        for picture in sorted(folder.glob("*.png")):
            shrink(picture)
            print(f"{picture.stat().st_size / 1024:6.0f} KB  {picture}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
