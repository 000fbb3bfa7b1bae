"""Starts Cyrus IMAP's CalDAV server from Debian.

It is measured where it is installed and the bench runs as root: its master process switches to the user ``cyrus``.
"""

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
"""Number of prefork processes: more than the connections of a row (``workloads.CROWD``)."""

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
    """Whether Cyrus can be measured here."""
    return os.geteuid() == 0 and (PROGRAMS / "httpd").exists() and PASSWORDS.exists()


def cyrus(place: Path) -> Server:
    """Starts Cyrus with its own user database and one user. Raises ServerError."""
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
            created, reply = admin.create("user/bench")
        if created != "OK":
            raise ServerError(f"Cyrus does not create the mailbox: {reply!r}")
    except (OSError, imaplib.IMAP4.error) as error:
        server.stop()
        raise ServerError(f"Cyrus could not be set up: {error}") from error
    except BaseException:
        server.stop()
        raise
    return server


def own(data: Path) -> None:
    """Makes ``cyrus`` the owner of all files. Raises ServerError where that user cannot reach them."""
    user = pwd.getpwnam("cyrus")
    closed = next((each for each in data.parents if not each.stat().st_mode & 0o001), None)
    if closed is not None:
        raise ServerError(f"Cyrus cannot reach its data: {closed} is closed to other users")
    for path in [data, *data.rglob("*")]:
        shutil.chown(path, user.pw_uid, user.pw_gid)


def version() -> str:
    """The version of the installed Cyrus, such as ``3.6.1``."""
    output = subprocess.run([str(PROGRAMS / "master"), "-V"], capture_output=True, text=True, timeout=10).stdout
    return output.split()[-1].split("-")[0]
