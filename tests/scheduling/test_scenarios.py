"""Meetings of several people, played over CalDAV and mail (README.md; RFC 6638, RFC 5546)."""

from pathlib import Path

import pytest
from scenario_runner import play
from scenario_script import WrongScenario

from support.dav import Site

SCENARIOS = sorted((Path(__file__).parent / "scenarios").rglob("*.txt"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_it_goes_as_written(path: Path, town_hall: Site) -> None:
    wrong = None
    try:
        play(path, town_hall)
    except WrongScenario as error:
        wrong = str(error)
    # Outside of the except, so that the report shows this message and no traceback.
    if wrong is not None:
        pytest.fail(wrong, pytrace=False)
