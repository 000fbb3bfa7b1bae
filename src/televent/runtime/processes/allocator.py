"""How the C library hands out memory to threads."""

from __future__ import annotations

import ctypes
from typing import Final

ARENAS: Final = 2
"""Max arenas of a service, that of the main thread included. glibc allows eight for each core."""
_M_ARENA_MAX: Final = -8  # malloc.h of glibc


def share_arenas() -> None:
    """Lets all threads of this process allocate from few arenas (mallopt(3), M_ARENA_MAX), and those of its copies.

    Each arena keeps the most that its threads have ever held at once. With one for each thread, a process at last holds
    that many times over, and gives nothing back. More arenas would let threads allocate at the same moment, but here
    nearly all of them hold the interpreter's lock when they do.

    Other C libraries have no such setting, and nothing happens there.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    mallopt(_M_ARENA_MAX, ARENAS)
