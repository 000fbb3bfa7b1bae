"""Lets services that were started as root run as an ordinary account (ADR 33).

The supervisor stays root: so it can start a service again that listens on a port below 1024, and PostgreSQL, which runs
as the same account. Each service opens its sockets and then gives up root for good.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from televent.adapters.postgres.embedded.account import UNPRIVILEGED, Account, named_account, owner_account
from televent.settings import Settings, SettingsError, set_home

ROOT: Final = "root"
"""The value of TELEVENT_USER with which services stay root."""

_READS_EVERYTHING: Final = """
import os, sys

def check(place):
    if not os.access(place, os.R_OK | os.X_OK if os.path.isdir(place) else os.R_OK):
        sys.exit(place)

package, *libraries = sys.argv[1:]
for place in libraries:
    check(place)
    for name in os.listdir(place) if os.path.isdir(place) else ():
        check(os.path.join(place, name))
for folder, folders, files in os.walk(package):
    # Bytecode that cannot be read is compiled again in memory; a start as root writes it for root alone.
    folders[:] = [each for each in folders if each != "__pycache__"]
    for place in (folder, *(os.path.join(folder, name) for name in files)):
        check(place)
"""
"""A program that ends with the first place that its account cannot read."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The account that services run as. ``account``: where they step down to; None: they stay as they were started.
    ``sentence``: this for a person. ``sound``: whether that is as it should be."""

    account: Account | None
    sentence: str
    sound: bool = True


def chosen_account(settings: Settings) -> Account | None:
    """The account for services and data that root chooses: TELEVENT_USER, else the owner of the data directory or of
    the database in it, else "televent" or "nobody"; None where this process is not root, or is to stay root.

    Raises SettingsError.
    """
    user = settings.run_as
    if os.geteuid() != 0:
        named = named_account(user) if user is not None else None
        if user is not None and (named is None or named.uid != os.geteuid()):
            raise SettingsError(f"TELEVENT_USER={user}: only root can run Televent as another user")
        return None
    if user is not None:
        account = named_account(user)
        if account is None:
            raise SettingsError(f"TELEVENT_USER={user}: there is no such user on this machine")
        return account if account.uid != 0 else None
    place = settings.data_dir.absolute()
    found = (owner_account(place), owner_account(place / "cluster"), *map(named_account, UNPRIVILEGED))
    return next((each for each in found if each is not None), None)


def standing(settings: Settings, *, checked: bool = False) -> Standing:
    """The account that services will run as. ``checked``: it is known that the account can run this program.

    Raises SettingsError.
    """
    account = chosen_account(settings)
    if account is None:
        name = Account(os.geteuid(), os.getegid(), switches=False).name
        if os.geteuid() != 0:
            return Standing(None, f"services run as {name}")
        if settings.run_as is not None:
            return Standing(None, "services stay root, as TELEVENT_USER says")
        return Standing(None, "services stay root: there is no user 'televent' or 'nobody'. Set TELEVENT_USER.", False)
    place = None if checked else _unreadable(account)
    if place is not None:
        return Standing(
            None,
            f"services stay root: {account.name} cannot read {place}. Install Televent where that user can, or set "
            "TELEVENT_USER to one who can.",
            sound=False,
        )
    return Standing(account, f"services run as {account.name}; only their supervisor is root")


def user_of(found: Standing) -> str:
    """The TELEVENT_USER for a child process that was decided here already."""
    return str(found.account.uid) if found.account is not None else str(os.geteuid())


def step_down(account: Account) -> None:
    """Gives up root for good, in every thread of this process."""
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)
    if 0 in (*os.getresuid(), *os.getresgid()):
        raise RuntimeError(f"this process could not become {account.name}")
    try:
        home = Path(pwd.getpwuid(account.uid).pw_dir)
    except KeyError:
        home = Path("/")
    # Libraries look there for their files, and would fail on the home of root, which they may not enter.
    set_home(home, account.name)


def _unreadable(account: Account) -> str | None:
    """The first part of this program that the account cannot read; None where it can run it."""
    package = str(Path(__file__).parents[1])
    # The standard library, the installed libraries, and the sources.
    places = [each for each in sys.path if each and Path(each).exists()]
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _READS_EVERYTHING, package, *places],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
        )
    except (OSError, subprocess.SubprocessError):
        return sys.executable
    if done.returncode == 0:
        return None
    return (done.stderr.strip().splitlines() or [sys.executable])[-1]
