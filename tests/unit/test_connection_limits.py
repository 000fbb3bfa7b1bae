"""How many connections the HTTP service takes: by setting, and by the files that the process may open."""

import subprocess
import sys

import pytest

ASK = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
from televent.runtime.api import connection_limits
from televent.settings import Settings
limits = connection_limits(Settings(TELEVENT_CONNECTIONS={wanted}))
print(limits.connections, *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "answer"),
    [
        # The limit suffices: it is not changed.
        (1000, 1000, 100, (100, 1000, 1000)),
        # The soft limit is raised as far as is needed.
        (300, 1000, 400, (400, 756, 1000)),
        # The hard limit is too low: fewer connections are taken, and the other files are for the database.
        (300, 500, 400, (195, 500, 500)),
        (100, 100, 400, (1, 100, 100)),
    ],
)
def test_no_more_connections_are_taken_than_files_may_be_opened(
    soft: int, hard: int, wanted: int, answer: tuple[int, ...]
) -> None:
    ask = ASK.format(soft=soft, hard=hard, wanted=wanted)
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True, timeout=60)
    assert tuple(int(each) for each in said.stdout.split()) == answer
