"""PostgreSQL's programs run from directories that its account may not enter."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from televent.adapters.postgres.embedded.account import choose_account
from televent.adapters.postgres.embedded.binaries import WHEEL_PARTS, Installation, installations, readable_installation
from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError

pytestmark = pytest.mark.long


@pytest.fixture
def cache() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.fixture
def closed_wheel(tmp_path: Path) -> Installation:
    """The wheel, installed below a directory that is closed to others."""
    wheel = next(one for one in installations() if one.wheel is not None)
    assert wheel.wheel is not None
    site = tmp_path / "site"
    site.mkdir(mode=0o700)
    for part in WHEEL_PARTS:
        shutil.copytree(wheel.wheel / part, site / part)
    return Installation(site / WHEEL_PARTS[0] / "bin", wheel.version, site)


def test_programs_in_a_closed_directory_are_made_runnable_for_the_servers_account(
    closed_wheel: Installation, cache: Path, tmp_path: Path
) -> None:
    account = choose_account(tmp_path / "none yet")
    readable = readable_installation(closed_wheel, account, cache=cache)
    for program in (readable.postgres, readable.initdb):
        assert closed_wheel.version in account.run([program, "--version"]).stdout
    assert readable_installation(closed_wheel, account, cache=cache) == readable
    copies = [path for path in cache.iterdir() if path.name.startswith("postgres-")]
    assert len(copies) == (1 if account.switches else 0)


def test_a_cache_that_others_may_write_is_not_used(closed_wheel: Installation, cache: Path, tmp_path: Path) -> None:
    cache.chmod(0o777)
    account = choose_account(tmp_path / "none yet")
    readable = readable_installation(closed_wheel, account, cache=cache)
    assert cache not in readable.directory.parents
    if readable != closed_wheel:
        assert readable.wheel is not None
        shutil.rmtree(readable.wheel.parent)


def test_other_programs_in_a_closed_directory_are_refused_by_name(closed_wheel: Installation, tmp_path: Path) -> None:
    account = choose_account(tmp_path / "none yet")
    told = Installation(closed_wheel.directory, closed_wheel.version)
    if account.switches:
        with pytest.raises(EmbeddedPostgresError, match="which cannot enter"):
            readable_installation(told, account)
    else:
        assert readable_installation(told, account) == told
