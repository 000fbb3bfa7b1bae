"""Chooses the ports of ``televent up``, so that two installations on one machine do not collide.

A port that was set is used, or the start fails. Any other is the one that this data directory keeps, or else the next
free one, which the data directory then keeps: a phone finds its calendars again after a restart.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from televent.adapters.postgres.embedded.locks import FileLock
from televent.adapters.postgres.embedded.running import owner_of
from televent.runtime.database import OperatorError
from televent.runtime.processes.sockets import Port, ports
from televent.settings import Settings

FILE: Final = "ports"
"""The file in the data directory with the ports that it keeps: JSON, by setting."""
LOCK: Final = "up.lock"
"""The file in the data directory that ``televent up`` locks."""
TRIES: Final = 200
"""Max ports that are tried after one that is in use."""
PATIENCE: Final = 2.0
"""Seconds that the kept port of the API gets to become free: after a kill, its processes may still be ending."""

_LED_TO_BY: Final = {"API_PORT": "public_url", "MAIL_LISTEN_PORT": "mail_domain"}
"""Ports that do not move once this setting is given, because a proxy or a mail server leads to them."""


@contextlib.contextmanager
def chosen_ports(settings: Settings, services: Collection[str]) -> Iterator[tuple[Settings, list[str]]]:
    """The settings with free ports for these services, and a sentence about those that moved.

    Where another ``televent up`` runs on this data directory, none moves. Raises OperatorError where a port that cannot
    move is 0, is given twice or is in use, and where none is free.
    """
    lock = FileLock(settings.data_dir / LOCK, owner=owner_of(settings.data_dir))
    alone = lock.try_exclusive()
    try:
        yield _choose(settings, services, alone=alone)
    finally:
        lock.release()


def _choose(settings: Settings, services: Collection[str], *, alone: bool) -> tuple[Settings, list[str]]:
    kept = kept_ports(settings.data_dir)
    wanted = [port for port in ports(with_kept_ports(settings)) if port.service in services]
    steady = [port for port in wanted if not alone or _stays(settings, port)]
    taken: dict[int, str] = {}
    for port in steady:
        _require(port, taken, "" if alone else " Another televent up runs on this data directory.")
        taken[port.number] = port.setting
    moved: dict[Port, int] = {}
    movable = [port for port in wanted if port not in steady]
    for port in movable:
        number = port.number
        if number in taken or not _becomes_free(port, PATIENCE if _has_apps(port, kept) else 0.0):
            number = moved[port] = _next_free(port, {*taken, *(each.number for each in wanted)})
        taken[number] = port.setting
    if alone:
        _keep(
            settings.data_dir,
            kept,
            {port.setting: port.number if _has_apps(port, kept) else moved.get(port, port.number) for port in movable},
        )
    return settings.model_copy(update={name.lower(): n for n, name in taken.items()}), _sentences(moved, kept)


def with_kept_ports(settings: Settings) -> Settings:
    """The settings with the ports that the data directory keeps, where the operator has not set others."""
    kept = kept_ports(settings.data_dir)
    given = settings.model_fields_set
    found = [port for port in ports(settings) if port.setting in kept and port.setting.lower() not in given]
    return settings.model_copy(update={port.setting.lower(): kept[port.setting] for port in found})


def kept_ports(data_dir: Path) -> dict[str, int]:
    """The ports that the data directory keeps, by setting; none where the file is missing or damaged."""
    try:
        found = json.loads((data_dir / FILE).read_text("ascii"))
    except (OSError, ValueError):
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {name: number for name, number in pairs if type(number) is int and 0 < number < 65536}


def _keep(data_dir: Path, before: Mapping[str, int], ports: Mapping[str, int]) -> None:
    if {**before, **ports} == before:
        return
    fresh = data_dir / f"{FILE}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        owner = owner_of(data_dir)
        if owner is not None:
            os.fchown(descriptor, *owner)
        json.dump({**before, **ports}, file, indent=2)
    fresh.replace(data_dir / FILE)


def _stays(settings: Settings, port: Port) -> bool:
    """Whether the operator has set the port, or something outside leads to it."""
    return not {port.setting.lower(), _LED_TO_BY.get(port.setting)}.isdisjoint(settings.model_fields_set)


def _has_apps(port: Port, kept: Mapping[str, int]) -> bool:
    """Whether apps may be connected to this port."""
    return port.service == "api" and port.setting in kept


def _require(port: Port, taken: Mapping[int, str], reason: str) -> None:
    """Raises OperatorError where the port is 0, is given twice or is in use. Without this check a child would fail."""
    name, number = port.setting, port.number
    if number == 0:
        raise OperatorError(f"{name}=0: the services need a fixed port to find each other. Choose a port.")
    if number in taken:
        raise OperatorError(f"{name}={number}: {taken[number]} has the same port. Choose another with {name}.")
    error = _in_use(port)
    if error is not None:
        raise OperatorError(f"{name}={number}: {error.strerror or error}.{reason} Choose another with {name}.")


def _becomes_free(port: Port, patience: float) -> bool:
    """Whether the port is free within that many seconds. Raises OperatorError where it cannot be used at all."""
    deadline = time.monotonic() + patience
    while _in_use(port) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _next_free(port: Port, others: Collection[int]) -> int:
    for number in range(port.number + 1, min(port.number + TRIES, 65535) + 1):
        if number not in others and _in_use(port._replace(number=number)) is None:
            return number
    raise OperatorError(f"{port.setting}={port.number}: this port and the next {TRIES} are in use. Choose another.")


def _in_use(port: Port) -> OSError | None:
    """The error with which the port cannot be opened; None where it is free."""
    family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.host, port.number))
        except OSError as error:
            return error
    return None


def _sentences(moved: Mapping[Port, int], kept: Mapping[str, int]) -> list[str]:
    if not moved:
        return []
    before = ", ".join(str(port.number) for port in moved)
    now = ", ".join(f"{port.setting}={number}" for port, number in moved.items())
    lost = next((port.number for port in moved if _has_apps(port, kept)), None)
    after = ", and so at every later start" if lost is None else ""
    warning = f" Apps that are connected to port {lost} do not find this server meanwhile." if lost is not None else ""
    return [f"In use by other programs: ports {before}. Instead: {now}{after}.{warning}"]
