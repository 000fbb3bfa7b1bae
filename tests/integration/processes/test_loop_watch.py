"""A process whose event loop stands still ends, and says where it stood; one whose loop moves goes on."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import asyncio, re, time
from televent.runtime.processes.loop_watch import loop_watched

async def stand_still():
    async with loop_watched({standstill}):
        await asyncio.sleep(0)
        {work}
    {after}
    print("went on")

asyncio.run(stand_still())
"""
# It holds the interpreter's lock for longer than anybody waits.
SEARCH = "re.match('(a+)+b', 'a' * 200)"


def ended(work: str, standstill: float, after: str = "pass") -> subprocess.CompletedProcess[str]:
    text = PROGRAM.format(work=work, standstill=standstill, after=after)
    return subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("work", [SEARCH, "time.sleep(600)"], ids=["a search that holds the lock", "a sleep"])
def test_a_loop_that_stands_still_ends_its_process(work: str) -> None:
    result = ended(work, 1.0)
    assert result.returncode == 1
    assert "went on" not in result.stdout
    assert "Timeout" in result.stderr
    assert "in stand_still" in result.stderr


@pytest.mark.long
def test_a_loop_that_moves_goes_on() -> None:
    """For longer than a standstill may last."""
    result = ended("await asyncio.sleep(25)", 20.0)
    assert (result.returncode, result.stdout.strip()) == (0, "went on")


def test_a_loop_is_not_watched_afterwards() -> None:
    result = ended("pass", 1.0, after="time.sleep(2)")
    assert (result.returncode, result.stdout.strip()) == (0, "went on")
