"""The data directory is closed to other accounts, and what was open is closed at the next start."""

import os
import pwd
import stat
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from televent.adapters.postgres.embedded.account import Account, choose_account, named_account
from televent.runtime.data_directory import exposed, foreign_names, prepare
from televent.runtime.privileges import chosen_account, standing, step_down
from televent.settings import SettingsError, load_settings

IS_ROOT = os.geteuid() == 0
NOBODY = pwd.getpwnam("nobody")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A data directory as earlier versions left it: most of it open."""
    place = tmp_path / "data"
    for folder in (place, place / "sandbox", place / "sandbox" / "mails", place / "cluster"):
        folder.mkdir()
        folder.chmod(0o755)
    for name in ("sandbox/telegram.jsonl", "sandbox/mails/0000000001.eml", "server.log", "cluster/PG_VERSION"):
        (place / name).write_text("private")
        (place / name).chmod(0o644)
    return place


def test_what_was_open_is_closed_and_said_once(place: Path) -> None:
    assert len(exposed(place)) == 7
    with capture_logs() as logs:
        prepare(place, None)
        prepare(place, None)
    assert [(each["log_level"], each["count"]) for each in logs] == [("warning", 7)]
    assert exposed(place) == []
    assert mode(place) == mode(place / "cluster") == mode(place / "sandbox" / "mails") == 0o700
    assert mode(place / "sandbox" / "telegram.jsonl") == 0o600
    # PostgreSQL keeps the inside of its own directory.
    assert mode(place / "cluster" / "PG_VERSION") == 0o644


def test_a_new_directory_is_closed_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        prepare(tmp_path / "new", None)
    finally:
        os.umask(before)
    assert mode(tmp_path / "new") == 0o700


def test_a_directory_with_files_of_others_is_not_closed_itself(place: Path) -> None:
    (place / "thesis.txt").write_text("somebody's")
    (place / "thesis.txt").chmod(0o644)
    (place / "lost+found").mkdir(mode=0o755)
    assert foreign_names(place) == ["thesis.txt"]
    prepare(place, None)
    assert mode(place) == 0o755
    assert mode(place / "thesis.txt") == 0o644
    assert mode(place / "sandbox") == 0o700


def test_links_are_not_followed_and_second_names_stay(place: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("shadow")
    outside.chmod(0o644)
    (place / "sandbox" / "link").symlink_to(outside)
    (place / "sandbox" / "pipe").unlink(missing_ok=True)
    os.mkfifo(place / "sandbox" / "pipe")
    os.link(outside, place / "sandbox" / "second")
    owner = outside.stat().st_uid
    prepare(place, named_account("nobody") if IS_ROOT else None)
    assert mode(outside) == 0o644
    assert outside.stat().st_uid == owner


@pytest.mark.skipif(not IS_ROOT, reason="only root makes files of another account")
def test_files_of_another_account_that_cannot_be_closed_are_said() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "data")
        (place / "sandbox" / "mails").mkdir(parents=True)
        (place / "sandbox" / "mails" / "1.eml").write_text("private")
        (place / "server.log").write_text("private")
        for path, bits in ((Path(folder), 0o755), (place / "sandbox" / "mails", 0o700), (place / "server.log", 0o644)):
            path.chmod(bits)
        for path in (place, place / "sandbox"):
            os.chown(path, NOBODY.pw_uid, NOBODY.pw_gid)

        def stepped_down() -> None:
            account = named_account("nobody")
            assert account is not None
            step_down(account)
            with capture_logs() as logs:
                prepare(place, None)
            (left,) = [each for each in logs if "cannot" in each["event"]]
            assert (left["log_level"], left["count"]) == ("warning", 2)
            assert left["first"] == str(place / "sandbox" / "mails")

        in_a_process_of_its_own(stepped_down)


@pytest.mark.skipif(not IS_ROOT, reason="only root gives files away")
def test_root_gives_the_directory_to_the_account_and_the_database_follows(place: Path) -> None:
    account = named_account("nobody")
    assert account is not None
    prepare(place, account)
    assert {path.stat().st_uid for path in (place, place / "sandbox", place / "server.log")} == {account.uid}
    assert (place / "cluster").stat().st_uid == 0
    assert choose_account(place / "cluster") == account
    assert chosen_account(load_settings(data_dir=place)) == account


@pytest.mark.skipif(not IS_ROOT, reason="only root chooses")
def test_root_steps_down_to_the_user_named_else_to_the_owner_of_the_data(tmp_path: Path) -> None:
    place = tmp_path / "data"
    settings = load_settings(data_dir=place)
    assert chosen_account(settings) in (named_account("televent"), named_account("nobody"))
    place.mkdir()
    os.chown(place, 12345, 0)
    # The directory's group is root's: the account does not get it.
    assert chosen_account(settings) == Account(12345, 12345, switches=True)
    named = settings.model_copy(update={"run_as": "nobody"})
    assert chosen_account(named) == Account(NOBODY.pw_uid, NOBODY.pw_gid, switches=True)
    root = standing(settings.model_copy(update={"run_as": "root"}))
    assert (root.account, root.sound) == (None, True)
    with pytest.raises(SettingsError, match="TELEVENT_USER=nobody-at-all: there is no such user"):
        chosen_account(settings.model_copy(update={"run_as": "nobody-at-all"}))


def test_a_process_that_has_stepped_down_is_an_ordinary_user_and_cannot_become_another(tmp_path: Path) -> None:
    def ordinary() -> None:
        settings = load_settings(data_dir=tmp_path / "data")
        assert chosen_account(settings) is None
        assert standing(settings).sound
        assert chosen_account(settings.model_copy(update={"run_as": str(os.geteuid())})) is None
        with pytest.raises(SettingsError, match="only root can run Televent as another user"):
            chosen_account(settings.model_copy(update={"run_as": "root"}))

    def stepped_down() -> None:
        account = named_account("nobody")
        assert account is not None
        step_down(account)
        assert (os.getgroups(), Path.home()) == ([], Path(NOBODY.pw_dir))
        for back in (os.setuid, os.setgid):
            with pytest.raises(PermissionError):
                back(0)
        ordinary()

    if IS_ROOT:
        in_a_process_of_its_own(stepped_down)
    else:
        ordinary()


def in_a_process_of_its_own(steps: Callable[[], None]) -> None:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            steps()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
