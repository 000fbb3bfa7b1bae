"""Threads of a service share few arenas, so that memory is not held once for each of them."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from televent.runtime.processes.allocator import ARENAS

PROGRAM = """
import ctypes, sys, threading
from televent.runtime.processes.allocator import share_arenas

if sys.argv[1] == "yes":
    share_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.open_memstream.restype = ctypes.c_void_p
together = threading.Barrier(8)

def work():
    together.wait()
    libc.malloc(ctypes.c_size_t(4096))
    together.wait()

threads = [threading.Thread(target=work) for _ in range(8)]
for each in threads: each.start()
for each in threads: each.join()
text, size = ctypes.c_char_p(), ctypes.c_size_t()
stream = ctypes.c_void_p(libc.open_memstream(ctypes.byref(text), ctypes.byref(size)))
libc.malloc_info(0, stream)
libc.fclose(stream)
print(text.value.decode().count("<heap nr="))
"""
"""Prints the number of arenas after eight threads have allocated at the same time."""

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no arenas")


def arenas(share: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, share], capture_output=True, text=True, check=True, timeout=60
    )
    return int(done.stdout)


def test_threads_share_few_arenas() -> None:
    assert arenas("yes") == ARENAS < arenas("no")
