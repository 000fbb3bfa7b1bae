"""Paths of URLs: the quick way for plain ones names what the whole parser names."""

from hypothesis import example, given
from hypothesis import strategies as st

from televent.adapters.caldav import tree

NAMES = ("", ".", "..", "...", "a", "ab", "abc", "work", "inbox", "outbox", "notifications", "attachments", "a.ics")
ODD = ("100000001", "ann@example.com", "%41bc", "a%2Fb", "caf\u00e9", "a b", "abc%", "x;y", "caldav", "a\nb")
SEGMENTS = st.sampled_from([*NAMES, *ODD])
PATHS = st.one_of(
    st.lists(SEGMENTS, max_size=6).map("/".join),
    st.lists(SEGMENTS, max_size=4).map(lambda segments: "/".join(["/caldav", *segments])),
    st.lists(SEGMENTS, min_size=2, max_size=3).map(lambda segments: "/".join(["/caldav", *segments])),
)


def outcome(path: str, parser: object) -> object:
    try:
        return parser(path)  # type: ignore[operator]
    except tree.BadPath:
        return "bad"


@given(PATHS)
@example("/caldav/100000001/work/")
@example("/caldav/100000001/work/a.ics")
@example("/caldav/100000001/inbox/")
@example("/caldav/100000001/.../...")
@example("/caldav/100000001/work/a.ics\n")
def test_plain_paths_are_parsed_as_all_others(path: str) -> None:
    assert outcome(path, tree.parse) == outcome(path, tree.parse_any)


def test_long_paths_are_not_kept() -> None:
    before = tree._parsed_once.cache_info().currsize
    for number in range(3):
        found = tree.parse(f"/caldav/x/{number}%20{'a' * tree.MAX_KEPT}/")
        assert found is not None
        assert found.calendar == f"{number} {'a' * tree.MAX_KEPT}"
    assert tree._parsed_once.cache_info().currsize == before
