"""A client's text writes no line of its own into a log on a terminal, and no escape sequence."""

from televent.runtime.logs import printable


def test_control_characters_of_a_line_are_escaped() -> None:
    line = printable(None, "info", {"event": "to a\r\nINFO forged\x1b[31m", "exception": "Error: a\r\n\x1b[2Jb\n"})
    assert line == {"event": "to a\\r\\nINFO forged\\x1b[31m", "exception": "Error: a\\r\n\\x1b[2Jb\n"}
