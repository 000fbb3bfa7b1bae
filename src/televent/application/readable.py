"""Prepares classes for msgspec, so that threads may read values of them."""

from __future__ import annotations

import msgspec


def make_readable(*kinds: type) -> None:
    """Lets msgspec learn the fields of these classes now. Call it while a module is imported.

    msgspec 0.22 learns them when a class is read for the first time, and shows the others a class that it has learned
    by half: a second thread that reads it in this moment ends the process by SIGSEGV.
    """
    for kind in kinds:
        msgspec.json.Decoder(kind)
