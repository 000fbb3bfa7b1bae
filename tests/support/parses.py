"""Counts the calls of the parser of calendar texts. The parser itself is not replaced."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from televent.ical.text import lines, tree


class Parses:
    """Every text that was parsed since ``reset``, once for each parse."""

    def __init__(self) -> None:
        self.texts: Counter[bytes] = Counter()

    @property
    def twice(self) -> list[bytes]:
        """The texts that were parsed more than once."""
        return [text for text, count in self.texts.items() if count > 1]

    @contextmanager
    def request(self, most: int) -> Iterator[None]:
        """Asserts that the block parses no text twice, and at most ``most`` texts."""
        self.texts.clear()
        yield
        assert self.twice == []
        assert len(self.texts) <= most, list(self.texts)


@contextmanager
def counted_parses() -> Iterator[Parses]:
    """Counts in the function that begins each parse, so that all imports of ``parse`` are counted."""
    parses, split = Parses(), lines.split_raw

    def counting(data: bytes) -> list[bytes]:
        parses.texts[data] += 1
        return split(data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree, "split_raw", counting)
        yield parses
