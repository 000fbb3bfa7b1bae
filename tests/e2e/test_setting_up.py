"""``make`` on a bare clone: it tells what it fetches, and each mistake of a machine is one clear message."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
IS_ROOT = os.geteuid() == 0
NOWHERE = "http://127.0.0.1:1"
"""An address at which nothing answers."""


@pytest.fixture(scope="module")
def environment() -> ModuleType:
    """The module that make runs."""
    spec = importlib.util.spec_from_file_location("environment", ROOT / "tools" / "environment.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone, as far as setting up reads it."""
    place = tmp_path / "clone"
    (place / "tools").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "uv.lock", "README.md", "LICENSE", "tools/environment.py"):
        shutil.copy(ROOT / name, place / name)
    return place


def make(clone: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs make with nothing of this machine's settings for pip and uv."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "TELEVENT_", "MAKE"))
    }
    return subprocess.run(
        ["make", *arguments],
        cwd=clone,
        env={**kept, "HOME": str(clone.parent), "PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "0", **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )


def fails(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0
    assert "Traceback" not in done.stdout
    return done.stdout


def program(place: Path, text: str) -> str:
    place.write_text(f"#!/bin/sh\n{text}\n")
    place.chmod(0o755)
    return str(place)


def test_an_older_python_is_named(clone: Path) -> None:
    older = program(clone / "python3", 'case "$*" in *--version*) echo "Python 3.9.2";; *) exit 1;; esac')
    told = fails(make(clone, "run", f"PYTHON={older}"))
    assert f"Python 3.11 or newer is needed; {older} is Python 3.9.2." in told
    assert "make PYTHON=/path/to/python3" in told
    assert not (clone / ".venv").exists()


def test_no_python_at_all_is_said(clone: Path) -> None:
    bin_ = clone / "bin"
    bin_.mkdir()
    for name in ("make", "sh"):
        (bin_ / name).symlink_to(shutil.which(name) or "")
    told = fails(make(clone, "run", PATH=str(bin_)))
    assert "Python 3.11 or newer is needed; python3 is not there." in told


def test_a_python_that_makes_no_environments_is_told_the_package(clone: Path) -> None:
    (clone / "without").mkdir()
    (clone / "without" / "sitecustomize.py").write_text(
        "from importlib.machinery import PathFinder\n"
        "found = PathFinder.find_spec\n"
        "PathFinder.find_spec = lambda name, *rest: None if name == 'ensurepip' else found(name, *rest)\n"
    )
    told = fails(make(clone, "run", f"PYTHON={sys.executable}", PYTHONPATH=str(clone / "without")))
    assert f"sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv" in told
    assert not (clone / ".venv").exists()


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder that everybody may read and only root may write to."""
    place = Path(tempfile.mkdtemp(prefix="televent-closed-", dir="/tmp"))
    place.chmod(0o555)
    yield place
    place.chmod(0o755)
    shutil.rmtree(place)


def test_a_folder_that_is_read_only_names_the_ways_out(environment: ModuleType, closed: Path) -> None:
    told = as_ordinary_user(lambda: environment.check_place(closed / ".venv", 0))
    assert f"{closed} is read-only for you" in told
    assert re.search(r"make run TELEVENT_VENV=/\S+/venv TELEVENT_DATA_DIR=/\S+/data", told)
    assert "python3-venv" not in told


def as_ordinary_user(work: Callable[[], None]) -> str:
    """The words of the SetupError that this raises. Root, whom no mode bits stop, becomes another user for it."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if IS_ROOT:
                os.setuid(65534)
            work()
        except BaseException as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(pid, 0)
    with os.fdopen(reading) as words:
        told = words.read()
    assert told.startswith("SetupError: ")
    return told


def test_a_disk_without_room_is_said_before_anything_is_fetched(environment: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(environment.SetupError, match=r"takes some \d+ MB, and the disk .* has \d+ MB left"):
        environment.check_place(tmp_path / ".venv", 2**60)
    environment.check_place(tmp_path / ".venv", 1)


def test_where_the_index_does_not_answer_uv_is_named_as_missing(clone: Path) -> None:
    told = fails(make(clone, "run", f"PYTHON={sys.executable}", PIP_INDEX_URL=f"{NOWHERE}/simple"))
    assert "Making a virtual environment with Python" in told
    assert "Fetching uv, which installs the rest" in told
    assert "uv could not be installed: the package index does not answer. Is there a network?" in told
    # The next attempt, with a network, goes on from here.
    assert not (clone / ".venv" / ".ready-run").exists()


def test_where_the_libraries_cannot_be_fetched_the_network_is_named(clone: Path) -> None:
    elsewhere = clone.parent / "elsewhere"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", elsewhere], check=True)
    (elsewhere / "bin" / "uv").symlink_to(Path(sys.prefix) / "bin" / "uv")
    offline = {"HTTPS_PROXY": NOWHERE, "UV_HTTP_RETRIES": "0"}
    told = fails(make(clone, "run", f"TELEVENT_VENV={elsewhere}", f"PYTHON={sys.executable}", **offline))
    assert "Fetching and installing what Televent needs to run" in told
    assert "the libraries could not be installed: the package index does not answer." in told
    assert not (clone / ".venv").exists()
    assert not (elsewhere / ".ready-run").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "the disk is full"),
        ("error: failed to write: No space left on device (os error 28)", "the disk is full"),
        (
            "error: Failed to fetch: dns error: failed to lookup address",
            "the package index does not answer",
        ),
        ("ERROR: No matching distribution found for uv", "the package index does not answer"),
        ("error: invalid peer certificate: UnknownIssuer", "a certificate that is not trusted"),
        ("error: failed to create directory: Permission denied (os error 13)", "a file cannot be written"),
        ("something new", "this was said last"),
    ],
)
def test_the_words_of_pip_and_uv_get_a_meaning(environment: ModuleType, words: str, sentence: str) -> None:
    told = environment.meaning(f"one\n{words}\n")
    assert sentence in told.splitlines()[0]
    assert words in told


def test_a_silent_program_is_told_to_be_working(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "QUIET", 0.02)
    read, write = os.pipe()
    program = (
        "import os; print('Downloading a (2 MB)', flush=True); print('secret'); os.read(0, 1); raise SystemExit(3)"
    )
    progress = environment.Progress()
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        if "still working" in line:
            os.write(write, b"x")

    monkeypatch.setattr(progress, "tell", tell)
    code, words = environment.run([sys.executable, "-c", program], dict(os.environ), progress, stdin=read)
    os.close(read)
    os.close(write)
    assert (code, words) == (3, "Downloading a (2 MB)\nsecret\n")
    assert {*told} == {"  Downloading a (2 MB)", "  … still working"}


def test_running_needs_no_tool_of_developers() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    makefile = (ROOT / "Makefile").read_text()
    assert "run: $(RUNS)" in makefile
    assert {"pytest", "mypy", "ruff"} & {
        re.split(r"\W", each)[0] for each in project["project"]["dependencies"]
    } == set()
