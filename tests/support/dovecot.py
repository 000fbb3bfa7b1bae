"""A Dovecot of its own with one user: IMAP with TLS, as root (Debian's package)."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.running import free_ports
from support.tls import make_certificate
from support.waiting import wait_until

USER, PASSWORD = "calendar", "a-good-password"
CONF = """
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{certificate}
mail_location = maildir:{place}/mail
first_valid_uid = 1
default_internal_user = dovecot
default_login_user = dovenull
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={place}/mail
}}
service imap-login {{
  inet_listener imap {{
    port = {starttls}
  }}
  inet_listener imaps {{
    port = {tls}
  }}
}}
service stats {{
  client_limit = 100
}}
namespace inbox {{
  inbox = yes
  mailbox Done {{
    auto = create
  }}
}}
"""


@contextmanager
def open_dovecot(place: Path) -> Iterator[tuple[int, int, Path]]:
    """The ports with TLS from the first byte and with STARTTLS, and the file with the certificate."""
    tls, starttls = free_ports(2)
    owner = pwd.getpwnam("nobody")
    for name in ("run", "state", "mail"):
        (place / name).mkdir(parents=True)
    place.chmod(0o755)
    os.chown(place / "mail", owner.pw_uid, owner.pw_gid)
    certificate = make_certificate(place, "localhost")
    values = {"tls": tls, "starttls": starttls, "owner": owner.pw_uid, "group": owner.pw_gid}
    conf = place / "dovecot.conf"
    conf.write_text(CONF.format(place=place, certificate=certificate, password=PASSWORD, **values))
    server = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", conf])
    try:
        wait_until((place / "run" / "master.pid").exists, what="Dovecot listens")
        yield tls, starttls, certificate
    finally:
        server.terminate()
        server.wait(120)
