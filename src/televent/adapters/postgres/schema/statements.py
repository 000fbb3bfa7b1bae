"""Splits SQL into its statements."""

import re
from collections.abc import Iterator

# The tokens that may contain a semicolon (PostgreSQL manual, chapter 4.1).
_TOKEN = re.compile(
    r"""
      (?P<comment> --[^\n]* )
    | (?P<open> /\* )
    | (?P<escaped> (?<![\w$])[eE]'(?:[^'\\]|\\.|'')*' )
    | (?P<text> '(?:[^']|'')*' )
    | (?P<name> "(?:[^"]|"")*" )
    | (?P<tag> (?<![\w$])\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$ )
    | (?P<end> ; )
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def split_statements(sql: str) -> Iterator[tuple[int, str]]:
    """Each statement with its offset in `sql`, in characters, without the closing semicolon.

    Pieces with only blanks and comments are left out. `BEGIN ATOMIC` bodies are not recognised: such a
    function belongs in an ordinary migration, which is sent whole.
    """
    start = place = 0
    blank = True
    while (match := _TOKEN.search(sql, place)) is not None:
        blank = blank and not sql[place : match.start()].strip()
        place = match.end()
        if match["open"]:
            place = _after_comment(sql, place)
        elif match["tag"]:
            closing = sql.find(match["tag"], place)
            place = len(sql) if closing < 0 else closing + len(match["tag"])
            blank = False
        elif match["end"]:
            if not blank:
                yield start, sql[start : match.start()]
            start, blank = place, True
        elif not match["comment"]:
            blank = False
    if not (blank and not sql[place:].strip()):
        yield start, sql[start:]


def _after_comment(sql: str, place: int) -> int:
    """The offset behind the block comment that begins before `place`; block comments nest in PostgreSQL."""
    depth = 1
    while depth and (edge := _COMMENT_EDGE.search(sql, place)) is not None:
        depth += 1 if edge[0] == "/*" else -1
        place = edge.end()
    return len(sql) if depth else place
