"""A Thunderbird of its own, without a screen, and a client of Marionette (protocol 3), by which it is driven."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.running import free_ports
from support.waiting import NET, wait_until

NOWHERE = "http://127.0.0.1:1/"
PREFERENCES = {
    "marionette.enabled": True,
    "app.update.disabledForTesting": True,
    "calendar.alarms.show": False,
    "calendar.timezone.local": "Europe/Berlin",
    "calendar.timezone.useSystemTimezone": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "mail.provider.enabled": False,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mail.inappnotifications.enabled": False,
    "mailnews.database.global.indexer.enabled": False,
    "mailnews.start_page.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": NOWHERE,
    "toolkit.telemetry.server": NOWHERE,
}
"""No question at its start, and no call to the outside."""
WRAPPED = """
const done = arguments[arguments.length - 1], args = Array.from(arguments).slice(0, -1);
(async () => { %s })().then(
  value => done({value: value === undefined ? null : value}),
  error => done({error: String(error) + "\\n" + (error && error.stack || "")}));
"""


class ScriptError(Exception):
    """A script ended with an error, or was ended by a question on the screen; the message has its text."""


class Marionette:
    """One session, with the privileges of Thunderbird's own code."""

    def __init__(self, port: int) -> None:
        self._socket = wait_until(lambda: _connected(port), what="Thunderbird listens")
        self._socket.settimeout(NET * 2)
        self._read = self._socket.makefile("rb")
        self._number = 0
        self._message()
        self.send("WebDriver:NewSession", {"capabilities": {}})
        self.send("Marionette:SetContext", {"value": "chrome"})
        self.send("WebDriver:SetTimeouts", {"script": int(NET * 1000)})

    def send(self, command: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """A command's result. Raises ScriptError."""
        self._number += 1
        text = json.dumps([0, self._number, command, parameters or {}]).encode()
        self._socket.sendall(b"%d:%s" % (len(text), text))
        while (answer := self._message())[:2] != [1, self._number]:
            pass
        if answer[2]:
            raise ScriptError(f"{answer[2].get('error')}: {answer[2].get('message')}")
        return answer[3]

    def run(self, body: str, *arguments: Any) -> Any:
        """The value of an async function's body, with its arguments in ``args``. Raises ScriptError."""
        parameters = {"script": WRAPPED % body, "args": arguments, "sandbox": "system", "newSandbox": False}
        ended = self.send("WebDriver:ExecuteAsyncScript", parameters)["value"]
        if ended is None:
            question = self.send("WebDriver:GetAlertText")["value"]
            raise ScriptError(f"Thunderbird asked a question: {question}")
        if "error" in ended:
            raise ScriptError(ended["error"])
        return ended["value"]

    def _message(self) -> Any:
        size = b""
        while (byte := self._read.read(1)) != b":":
            if not byte:
                raise ScriptError("Thunderbird has gone")
            size += byte
        return json.loads(self._read.read(int(size)))


def _connected(port: int) -> socket.socket | None:
    try:
        return socket.create_connection(("127.0.0.1", port), timeout=5)
    except OSError:
        return None


@contextmanager
def open_thunderbird(place: Path, log: Path) -> Iterator[Marionette]:
    """Thunderbird with a new profile in that folder, until the end of the block."""
    (port,) = free_ports(1)
    profile = place / "profile"
    profile.mkdir(parents=True)
    preferences = {**PREFERENCES, "marionette.port": port}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()]
    (profile / "user.js").write_text("".join(lines))
    home = {"HOME": str(place), "XDG_CACHE_HOME": str(place / "cache"), "XDG_CONFIG_HOME": str(place / "config")}
    environment = {**os.environ, **home, "MOZ_CRASHREPORTER_DISABLE": "1", "LANG": "C.UTF-8"}
    environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    command = ["thunderbird", "--headless", "--no-remote", "--marionette", "--remote-allow-system-access"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--profile", str(profile)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            yield Marionette(port)
        finally:
            # The group has its helper processes too.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(NET)
