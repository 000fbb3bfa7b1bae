"""Cyrus IMAP's CalDAV server, from Debian: measured where it is installed and the bench runs as root, since its master
takes the rights of the user ``cyrus``."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from bench.servers import HOST, Server, ServerError, await_port, free_ports, start

PROGRAMS = Path("/usr/lib/cyrus/bin")
PASSWORDS = Path("/usr/sbin/saslpasswd2")
PASSWORD = "bench"
PROCESSES = 20
"""One for each connection of a crowd, and some."""

SETTINGS = """\
configdirectory: {data}/conf
defaultpartition: default
partition-default: {data}/spool
proc_path: {data}/proc
mboxname_lockpath: {data}/lock
temp_path: {data}/tmp
sasl_sasldb_path: {data}/sasldb2
sasl_mech_list: PLAIN
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
httpmodules: caldav
admins: cyrus
allowplaintext: yes
unixhierarchysep: yes
servername: localhost
"""
SERVICES = """\
START {{
  recover cmd="{programs}/ctl_cyrusdb -C {settings} -r"
}}
SERVICES {{
  http cmd="{programs}/httpd -C {settings}" listen="{host}:{http}" prefork={processes} maxchild=100
  imap cmd="{programs}/imapd -C {settings}" listen="{host}:{imap}" prefork=0
}}
EVENTS {{
}}
"""
FOLDERS = ("conf/socket", "conf/db", "conf/proc", "conf/log", "conf/quota", "conf/user", "spool", "proc", "lock", "tmp")


def installed() -> bool:
    """Whether it can be measured here."""
    return os.geteuid() == 0 and (PROGRAMS / "httpd").exists() and PASSWORDS.exists()


def cyrus(place: Path) -> Server:
    """Cyrus with its own user database and one person. Raises ServerError."""
    http, imap = free_ports(2)
    data = place / "data"
    settings, services, log = place / "imapd.conf", place / "cyrus.conf", place / "cyrus.log"
    settings.write_text(SETTINGS.format(data=data))
    services.write_text(
        SERVICES.format(programs=PROGRAMS, settings=settings, host=HOST, http=http, imap=imap, processes=PROCESSES)
    )
    for folder in FOLDERS:
        (data / folder).mkdir(parents=True)
    for user in ("cyrus", "bench"):
        command = [str(PASSWORDS), "-p", "-c", "-f", str(data / "sasldb2"), "-u", "localhost", user]
        subprocess.run(command, input=PASSWORD.encode(), check=True, capture_output=True)
    own(data)
    process = start([str(PROGRAMS / "master"), "-C", str(settings), "-M", str(services), "-p", str(data / "pid")], log)
    server = Server("Cyrus", version(), http, "/dav/calendars/user/bench/", ("bench", PASSWORD), process, log)
    try:
        await_port(server.name, process, imap, log)
        await_port(server.name, process, http, log)
        with imaplib.IMAP4(HOST, imap) as admin:
            admin.login("cyrus", PASSWORD)
            made, said = admin.create("user/bench")
        if made != "OK":
            raise ServerError(f"Cyrus makes no mailbox: {said!r}")
    except (OSError, imaplib.IMAP4.error) as error:
        server.stop()
        raise ServerError(f"Cyrus could not be set up: {error}") from error
    except BaseException:
        server.stop()
        raise
    return server


def own(data: Path) -> None:
    """Gives everything to the user ``cyrus``. Raises ServerError where that user cannot get there."""
    user = pwd.getpwnam("cyrus")
    closed = next((each for each in data.parents if not each.stat().st_mode & 0o001), None)
    if closed is not None:
        raise ServerError(f"Cyrus cannot reach its data: {closed} is closed to other users")
    for path in [data, *data.rglob("*")]:
        shutil.chown(path, user.pw_uid, user.pw_gid)


def version() -> str:
    """As its own program says it, such as ``3.6.1``."""
    said = subprocess.run([str(PROGRAMS / "master"), "-V"], capture_output=True, text=True, timeout=10).stdout
    return said.split()[-1].split("-")[0]
