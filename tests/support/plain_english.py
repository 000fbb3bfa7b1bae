"""Finds the words and openings that are not plain English, in Python, SQL, Markdown and other commented files.

Three kinds of text are quotes and do not count: code spans in backticks, text in “…”, and text in "…" where the
paragraph names a source (an RFC, a draft, a section). Names that an RFC defines do not count either.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FORBIDDEN = ["he", "his", "him", "himself", "anew", "whoever", "octet", "octets", "letter", "letters"]
WORDS = re.compile(rf"\b(?:{'|'.join(FORBIDDEN)})\b", re.IGNORECASE)
OPENINGS = re.compile(r"(?:^|\n|[.!?:;]\s|\|\s)[\s>*#|(\-–]*(?:\d+\.\s+\**)?(Of|Who|Whoever|What|So many)\b")
"""At the beginning of a text, a sentence, a list item, a heading or a table's cell."""

CODE = re.compile(r"``[^`]+``|`[^`\n]+(?:\n[^`\n]+)?`")
CURLY = re.compile(r"“[^”]{1,400}”")
STRAIGHT = re.compile(r'"[^"]{1,400}"')
SOURCE = re.compile(r"\bRFC \d{3,5}\b|§ ?\d|\bdraft-[a-z]")
IDENTIFIERS = re.compile(r"\bapplication/octet-stream\b|\bi;octet\b")
ALPHABET = re.compile(r"\b(?:capital|lower-case|upper-case|ASCII) letters?\b|\bletters?(?:,| and| or) digits\b", re.I)
"""The letters of the alphabet have no other name."""

ITEM = re.compile(r"\s*(?:[*\-|#>]|\d+\.\s)")
FENCED = re.compile(r"```.*?```|<!--.*?-->", re.DOTALL)
PARAGRAPH = re.compile(r"(?:[^\n]*\S[^\n]*(?:\n|$))+")
NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


@dataclass(frozen=True, slots=True)
class Found:
    """A forbidden word or opening. ``line`` counts from 1; ``text`` is the line or the name that has it."""

    path: str
    line: int
    word: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.word!r} in {self.text!r}"


def found_in(path: Path, shown: str, *, literals: bool = True) -> list[Found]:
    """The forbidden words of a file, by its suffix. ``shown`` names the file in the results.

    ``literals``: whether the string literals of Python count too; in tests they are mostly samples of mail and events.
    """
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        nodes = nodes_of(source)
        texts = [*python_texts(source, nodes, literals=literals), *defined_names(nodes)]
        texts.append((1, words_of_name(path.stem)))
    elif path.suffix == ".md":
        texts = list(paragraphs(_blank(FENCED, source)))
    else:
        texts = list(comments(source, "--" if path.suffix == ".sql" else "#"))
    return [
        Found(shown, line + down, word, text.splitlines()[down])
        for line, text in texts
        for down, word in forbidden(text)
    ]  # fmt: skip


def forbidden(text: str) -> list[tuple[int, str]]:
    """The forbidden words and openings of a paragraph: how many lines down each stands, and the word."""
    ours = text
    for pattern in (CODE, CURLY, *([STRAIGHT] if SOURCE.search(text) else []), IDENTIFIERS, ALPHABET):
        ours = _blank(pattern, ours)
    hits = [(each.start(), each.group()) for each in WORDS.finditer(ours)]
    hits += [(each.start(1), each.group(1)) for each in OPENINGS.finditer(_joined(ours))]
    return sorted({(ours.count("\n", 0, start), word) for start, word in hits})


def nodes_of(source: str) -> list[ast.AST]:
    """All nodes of a module's tree."""
    return list(ast.walk(ast.parse(source)))


def python_texts(source: str, nodes: Iterable[ast.AST], *, literals: bool = True) -> Iterator[tuple[int, str]]:
    """The comments and docstrings of a module and its literals of three words or more, each with its line."""
    yield from comments(source, "#", _comment_tokens(source) if "#" in source else {})
    for node in nodes:
        docstring = isinstance(node, ast.Expr)
        value = node.value if isinstance(node, ast.Expr) else node
        if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
            continue
        if docstring or (literals and len(value.value.split()) >= 3):
            yield from paragraphs(value.value, value.lineno)


def defined_names(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """The words of each name that a module defines, with its line."""
    for node in nodes:
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.arg(arg=name)
                | ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
            ):
                yield node.lineno, words_of_name(name)


def words_of_name(name: str) -> str:
    """``LettersWritten`` and ``letters_written`` are "letters written"."""
    return " ".join(NAME_PART.findall(name)).lower()


def comments(source: str, mark: str, lines: dict[int, str] | None = None) -> Iterator[tuple[int, str]]:
    """The comments of a file, neighbouring lines as one text. In a Makefile the texts of ``make help`` are comments.

    ``lines``: the comments by line, where a tokenizer has found them.
    """
    if lines is None:
        parts = {number: line.partition(mark) for number, line in enumerate(source.splitlines(), start=1)}
        lines = {number: after for number, (_, found, after) in parts.items() if found}
    begin, block = 0, list[str]()
    for number in [*sorted(lines), -1]:
        if block and number != begin + len(block):
            yield begin, "\n".join(block)
            block = []
        begin = begin if block else number
        block.append(lines.get(number, "").lstrip(mark + ": ").rstrip())


def paragraphs(text: str, line: int = 1) -> Iterator[tuple[int, str]]:
    """The paragraphs of a text, with their lines; ``line`` is that of its beginning."""
    for each in PARAGRAPH.finditer(text):
        yield line + text.count("\n", 0, each.start()), each.group().rstrip()


def _comment_tokens(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """The text with x in place of what the pattern finds; positions and line ends stay."""
    return pattern.sub(lambda each: re.sub(r"[^\n]", "x", each.group()), text)


def _joined(text: str) -> str:
    """A paragraph in one line, except that list items, table rows and headings begin a line; positions stay."""
    return re.sub(r"\n", lambda each: "\n" if ITEM.match(text, each.end()) else " ", text)
