"""The table of what becomes of the sample mails is current, and no row is silent by mistake."""

import pytest

from samples import document
from samples.cases import SAMPLES, samples
from samples.running import Case, open_running, run_all
from samples.telling import told_in_chat

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the sample mails are not at {SAMPLES}"),
]

SILENT = {
    "unknown-uid",
    "no calendar in it",
    "a report about nothing of ours",
}
"""The reasons for which nobody is told: SPEC B2, B6."""


@pytest.mark.timeout(300)
def test_the_table_of_the_samples_is_current(database_url: str) -> None:
    with open_running(database_url) as running:
        cases = run_all(running, list(samples()))
    assert len(cases) == 2 * 119
    assert [(each.sample.name, each.expected, each.reason) for each in cases if _is_silent(each)] == []
    assert [each.sample.name for each in cases if each.starts is False] == []
    assert document.table(cases).splitlines() == document.current().splitlines()


def _is_silent(case: Case) -> bool:
    """Whether a person with a chat is told nothing, and should be."""
    return told_in_chat(case.chat) == "–" and case.reason not in SILENT
