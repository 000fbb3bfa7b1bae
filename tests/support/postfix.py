"""A Postfix of its own in front of Televent: SMTP in, opendkim as its milter, LMTP out (Debian's packages, as root)."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.running import free_ports
from support.waiting import wait_until

NEEDED = ("postfix", "opendkim", "dovecot")
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
MAIN = """
compatibility_level = 3.6
queue_directory = {place}/queue
data_directory = {place}/data
maillog_file_prefixes = {place}
maillog_file = {place}/mail.log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = {host}
mydestination =
mynetworks = 127.0.0.0/8
recipient_delimiter = +
relay_domains = {domain}
transport_maps = inline:{{{domain}=lmtp:unix:{lmtp}}}
smtpd_recipient_restrictions = reject_unverified_recipient, permit_mynetworks, reject
unverified_recipient_reject_code = 550
smtpd_milters = unix:{place}/dkim/socket
milter_default_action = tempfail
alias_maps =
alias_database =
"""
OPENDKIM = """
Socket local:{place}/dkim/socket
PidFile {place}/dkim/pid
UMask 000
UserID root
Mode v
AuthservID {host}
AlwaysAddARHeader yes
TestDNSData {place}/dkim/dns
Syslog no
"""


def absent() -> str:
    """Why Postfix, opendkim and Dovecot cannot be started here; "" where they can."""
    missing = [name for name in NEEDED if shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None]
    if missing:
        return f"{', '.join(missing)}: not installed"
    return "" if os.geteuid() == 0 else "Postfix is started as root only"


@contextmanager
def open_postfix(place: Path, *, host: str, domain: str, lmtp: Path, keys: dict[str, str]) -> Iterator[int]:
    """The port on which it takes mail. ``keys``: DNS texts of DKIM keys by their names."""
    (port,) = free_ports(1)
    values = {"place": place, "host": host, "domain": domain, "lmtp": lmtp, "port": port}
    for name in ("queue", "data", "dkim", "etc"):
        (place / name).mkdir(parents=True)
    place.chmod(0o755)
    os.chown(place / "data", pwd.getpwnam("postfix").pw_uid, -1)
    (place / "etc" / "main.cf").write_text(MAIN.format(**values))
    (place / "etc" / "master.cf").write_text(MASTER.format(**values).lstrip())
    (place / "dkim" / "dns").write_text("".join(f"{name} {text}\n" for name, text in keys.items()))
    (place / "dkim" / "conf").write_text(OPENDKIM.format(**values))
    (place / "dkim").chmod(0o755)
    milter = subprocess.Popen(["/usr/sbin/opendkim", "-f", "-x", place / "dkim" / "conf"])
    try:
        wait_until((place / "dkim" / "socket").is_socket, what="opendkim listens")
        command = ["/usr/sbin/postfix", "-c", str(place / "etc")]
        subprocess.run([*command, "start"], check=True, capture_output=True, timeout=120)
        try:
            yield port
        finally:
            subprocess.run([*command, "stop"], check=True, capture_output=True, timeout=120)
    finally:
        milter.terminate()
        milter.wait(120)
