"""The reader of dates keeps its score on what people type: `make phrases` prints it."""

from __future__ import annotations

from pathlib import Path

import pytest

from phrases.corpus import FILES, FRESH, read
from phrases.scoring import Outcome
from phrases.tally import FLOORS, judged, tally


@pytest.mark.parametrize("path", [*FILES, *FRESH], ids=lambda path: path.name)
def test_the_score_is_not_below_its_floor(path: Path) -> None:
    found = judged(read(path))
    score, floor = tally(found), FLOORS[path.name]
    assert [each.phrase.text for each in found if each.outcome is Outcome.SILENT] == []
    assert score.handled >= floor.handled
    assert score.right >= floor.right
