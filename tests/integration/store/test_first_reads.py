"""Many threads read stored facts and messages for the first time in a process: none of them ends it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[2] / "golden"
PROGRAM = """
import json, pathlib, sys, threading
import msgspec
from televent.application.event_store.catalogue import resolve
from televent.application.messages.catalogue import CATALOGUE

golden, threads = pathlib.Path(sys.argv[1]), 16
stored = [json.loads(path.read_text()) for path in sorted(golden.glob("*.json"))]
facts = [resolve(each["name"], each["fields"]) for each in stored]
stored = [json.loads(path.read_text()) for path in sorted((golden / "messages").glob("*.json"))]
messages = [(each["name"], json.dumps(each["fields"])) for each in stored]
# Threads change over in the middle of almost everything.
sys.setswitchinterval(1e-6)
begin, done = threading.Barrier(threads), []

def read():
    begin.wait()
    for kind, fields in facts:
        msgspec.convert(fields, kind)
    for name, text in messages:
        CATALOGUE.decode(name, text)
    done.append(None)

reading = [threading.Thread(target=read) for _ in range(threads)]
for thread in reading:
    thread.start()
for thread in reading:
    thread.join()
print(len(facts), len(messages), len(done))
"""


@pytest.mark.parametrize("attempt", range(5))
def test_many_threads_read_everything_at_once(attempt: int) -> None:
    """Before the classes were prepared, three of four processes ended by SIGSEGV."""
    command = [sys.executable, "-X", "faulthandler", "-c", PROGRAM, str(GOLDEN)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr
    facts, messages, done = map(int, result.stdout.split())
    assert facts > 40
    assert messages > 20
    assert done == 16
