"""The live stream knows each stored fact."""

from televent.application.event_store.catalogue import NAMES
from televent.application.use_cases.live.kinds import KINDS, NAMING, NOT_TOLD, SHARING


def test_each_fact_is_told_or_left_out_on_purpose() -> None:
    known = {name.partition("/")[0] for name in NAMES}
    assert known == KINDS | NOT_TOLD
    assert not KINDS & NOT_TOLD
    assert NAMING <= KINDS
    assert SHARING <= KINDS
