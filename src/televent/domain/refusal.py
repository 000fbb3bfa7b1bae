"""Refusals: one class for each reason that makes a command impossible.

The docstring of each class is the sentence for people. A refusal knows no protocol: every door has one table from
Refusal to its own answer, and a test fails on a missing row.
"""

from __future__ import annotations

from collections.abc import Iterator


class Refusal(Exception):
    """The change is not possible."""

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.sentence())

    @classmethod
    def sentence(cls) -> str:
        """The first line of the class's docstring, the sentence for people."""
        return (cls.__doc__ or "").strip().split("\n")[0]


def every_refusal(root: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """All refusal classes without subclasses, in the modules imported so far."""
    for child in root.__subclasses__():
        if child.__subclasses__():
            yield from every_refusal(child)
        else:
            yield child
