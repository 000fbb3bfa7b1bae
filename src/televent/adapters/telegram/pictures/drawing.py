"""Paints a layout as a PNG."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from televent.adapters.telegram.pictures.layout import BAND_ROW, WIDTH, Box, Layout, arrange
from televent.adapters.telegram.pictures.readable import readable
from televent.adapters.telegram.pictures.scene import Scene, State

TITLE, SMALL, TINY, HEADING, HOUR = 20, 17, 15, 30, 18
"""Pixels of a line of text."""
NARROW: Final = 90
"""Pixels of a room for words in which the text is tiny."""
RADIUS: Final = 7
HATCH: Final = 12
"""Pixels between two lines of a hatched event."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours: the ground, days of rest, lines, texts, the present time, and events with their texts."""

    ground: str
    rest: str
    line: str
    text: str
    faint: str
    now: str
    sure: str
    sure_text: str
    tentative: str
    hatch: str
    tentative_text: str
    cancelled: str
    cancelled_text: str


LIGHT: Final = Theme(
    "#ffffff", "#f5f6f8", "#dfe3e8", "#1c2733", "#75818c", "#e53935", "#2f7fd0", "#ffffff", "#eaf3fc", "#bcd9f3",
    "#17508a", "#eceff1", "#7b8790",
)  # fmt: skip
DARK: Final = Theme(
    "#17212b", "#1b2733", "#2b3a48", "#f1f5f8", "#8fa1b1", "#ff6b5e", "#3d8fdc", "#ffffff", "#213547", "#2f4d68",
    "#bfe0ff", "#25313d", "#8fa1b1",
)  # fmt: skip


def draw(scene: Scene, *, dark: bool) -> tuple[bytes, int]:
    """The picture of a scene as PNG, and the number of events that are not in it for lack of room."""
    layout = arrange(scene)
    painting = _Painting(scene, layout, DARK if dark else LIGHT)
    painting.paint()
    out = io.BytesIO()
    # Telegram compresses photos anyway; the default level takes three times as long.
    painting.image.save(out, "PNG", compress_level=1)
    return out.getvalue(), layout.left_out


@cache
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    content = files(__package__).joinpath("fonts", name).read_bytes()
    # The other engine reorders texts that run from right to left, which these fonts do not have.
    return ImageFont.truetype(io.BytesIO(content), size, layout_engine=ImageFont.Layout.BASIC)


class _Painting:
    def __init__(self, scene: Scene, layout: Layout, theme: Theme) -> None:
        self.scene, self.layout, self.theme = scene, layout, theme
        self.image = Image.new("RGB", (WIDTH, layout.height), theme.ground)
        self.pen = ImageDraw.Draw(self.image)

    def paint(self) -> None:
        """Paints everything, from the ground up."""
        self._ground()
        for box in (*self.layout.band, *self.layout.grid):
            self._event(box)
        self._now()
        self._counts()
        if not self.scene.items:
            middle = (self.layout.grid_top + self.layout.grid_bottom) // 2
            self.pen.text((WIDTH // 2, middle), self.scene.free, self.theme.faint, _font(HEADING), anchor="mm")

    def _ground(self) -> None:
        layout, theme = self.layout, self.theme
        today = (self.scene.now.date() - self.scene.first).days
        for day, (heading, (left, right)) in enumerate(zip(self.scene.headings, layout.columns, strict=True)):
            if heading.rest and len(layout.columns) > 1:
                self.pen.rectangle((left, 0, right, layout.height), theme.rest)
            middle = (left + right) // 2
            colour = theme.now if day == today else theme.faint
            self.pen.text((middle, 22), readable(heading.weekday), colour, _font(HOUR), anchor="mm")
            colour = theme.now if day == today else theme.text
            self.pen.text((middle, 54), readable(heading.day), colour, _font(HEADING, bold=True), anchor="mm")
        if layout.band:
            label = self._cut(readable(self.scene.all_day), _font(15), layout.columns[0][0] - 12)
            place = (layout.columns[0][0] - 8, layout.band_top + BAND_ROW // 2)
            self.pen.text(place, label, theme.faint, _font(15), anchor="rm")
        for hour in range(layout.first_hour, layout.last_hour + 1):
            y = layout.hour_at(hour)
            self.pen.line((layout.columns[0][0] - 6, y, WIDTH, y), theme.line)
            place = (layout.columns[0][0] - 10, y if hour > layout.first_hour else y + 8)
            self.pen.text(place, readable(self.scene.hours[hour]), theme.faint, _font(HOUR), anchor="rm")
        for left, _ in layout.columns:
            self.pen.line((left, layout.band_top, left, layout.grid_bottom), theme.line)

    def _event(self, box: Box) -> None:
        item, theme = box.item, self.theme
        fill, colour = {
            State.SURE: (theme.sure, theme.sure_text),
            State.TENTATIVE: (theme.tentative, theme.tentative_text),
            State.CANCELLED: (theme.cancelled, theme.cancelled_text),
        }[item.state]
        shape = (box.left, box.top, box.right - 1, box.bottom - 1)
        if item.state is State.TENTATIVE:
            self._hatched(box)
            self.pen.rounded_rectangle(shape, RADIUS, outline=theme.sure, width=2)
        else:
            self.pen.rounded_rectangle(shape, RADIUS, fill)
        self._words(box, colour, struck=item.state is State.CANCELLED)

    def _hatched(self, box: Box) -> None:
        width, height = box.right - box.left, box.bottom - box.top
        tile = Image.new("RGB", (width, height), self.theme.tentative)
        pen = ImageDraw.Draw(tile)
        for start in range(-height, width, HATCH):
            pen.line((start, height, start + height, 0), self.theme.hatch, 2)
        mask = Image.new("1", (width, height))
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), RADIUS, 1)
        self.image.paste(tile, (box.left, box.top), mask)

    def _words(self, box: Box, colour: str, *, struck: bool) -> None:
        """As many lines of title, time and place as there is room for."""
        room, y = box.right - box.left - 12, box.top + 3
        lines = (box.bottom - box.top - 4) // (TITLE + 3)
        narrow = room < NARROW
        item, bold, small = (
            box.item,
            _font(TINY) if narrow else _font(TITLE, bold=True),
            _font(TINY if narrow else SMALL),
        )
        beside = [readable(each) for each in (item.clock, item.place) if each]
        titles = self._wrapped(readable(item.title), bold, room, max(1, lines - (1 if beside and lines > 2 else 0)))
        for text in titles:
            self.pen.text((box.left + 6, y), text, colour, bold)
            if struck:
                self.pen.line((box.left + 6, y + 13, box.left + 6 + int(bold.getlength(text)), y + 13), colour, 2)
            y += TITLE + 3
        for text in beside[: max(0, lines - len(titles))]:
            self.pen.text((box.left + 6, y), self._cut(text, small, room), colour, small)
            y += TITLE + 3

    def _now(self) -> None:
        if self.layout.now is not None:
            left, right, y = self.layout.now
            self.pen.line((left, y, right, y), self.theme.now, 3)
            self.pen.ellipse((left - 6, y - 6, left + 6, y + 6), self.theme.now)

    def _counts(self) -> None:
        for count, (left, right) in zip(self.layout.hidden, self.layout.columns, strict=True):
            if count:
                text = self._cut(readable(self.scene.more.replace("{}", str(count))), _font(HOUR), right - left - 4)
                place = ((left + right) // 2, self.layout.grid_bottom + 17)
                self.pen.text(place, text, self.theme.now, _font(HOUR), anchor="mm")

    def _wrapped(self, text: str, font: ImageFont.FreeTypeFont, room: int, lines: int) -> list[str]:
        """The text in at most so many lines; "…" ends the last one where some is left out."""
        shown: list[str] = []
        words = text.split()
        while words and len(shown) < lines - 1:
            count = 1
            while count < len(words) and font.getlength(" ".join(words[: count + 1])) <= room:
                count += 1
            line = " ".join(words[:count])
            words = words[count:]
            if font.getlength(line) > room:  # a word that is wider than the event goes on in the next line
                fits = max(1, len(self._cut(line, font, room)) - 1)
                line, words = line[:fits], [line[fits:], *words]
            shown.append(line)
        return [*shown, self._cut(" ".join(words), font, room)] if words else shown

    @staticmethod
    def _cut(text: str, font: ImageFont.FreeTypeFont, room: int) -> str:
        if font.getlength(text) <= room:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if font.getlength(text[:middle].rstrip() + "…") <= room else (low, middle - 1)
        return text[:low].rstrip() + "…" if low else ""
