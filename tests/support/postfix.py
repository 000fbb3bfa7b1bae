"""A Postfix of its own with opendkim as its milter (Debian's packages, as root): Televent's, or that of its guests."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
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
virtual unix - n n - - virtual
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
smtpd_milters = unix:{place}/dkim/socket
milter_default_action = tempfail
alias_maps =
alias_database =
"""
EDGE = """
relay_domains = {domains}
transport_maps = inline:{{{routes}}}
smtpd_recipient_restrictions = reject_unverified_recipient, permit_mynetworks, reject
unverified_recipient_reject_code = 550
"""
GUESTS = """
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {maildir.parent}
virtual_mailbox_maps = static:{maildir.name}/
virtual_uid_maps = static:{owner}
virtual_gid_maps = static:{owner}
relay_domains = {domains}
transport_maps = inline:{{{routes}}}
smtpd_recipient_restrictions = permit_mynetworks, reject
"""
OPENDKIM = """
Socket local:{place}/dkim/socket
PidFile {place}/dkim/pid
UMask 000
UserID root
Syslog no
"""
VERIFIES = """
Mode v
AuthservID {host}
AlwaysAddARHeader yes
TestDNSData {place}/dkim/dns
"""
# opendkim calls a key below /tmp unsafe.
SIGNS = """
Mode s
Domain {domain}
Selector {selector}
KeyFile {place}/dkim/key
RequireSafeKeys no
"""


def absent() -> str:
    """Why Postfix, opendkim and Dovecot cannot be started here; "" where they can."""
    missing = [name for name in NEEDED if shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None]
    if missing:
        return f"{', '.join(missing)}: not installed"
    return "" if os.geteuid() == 0 else "Postfix is started as root only"


@contextmanager
def open_postfix(
    place: Path, *, host: str, domains: Sequence[str], lmtp: Path, keys: Mapping[str, str]
) -> Iterator[int]:
    """The mail server in front of Televent: the port on which it takes mail. ``keys``: DNS texts of DKIM keys by their
    names; the milter verifies by them."""
    values = {"host": host, "domains": " ".join(domains)}
    values["routes"] = ", ".join(f"{domain}=lmtp:unix:{lmtp}" for domain in domains)
    files = {"dkim/dns": "".join(f"{name} {text}\n" for name, text in keys.items())}
    with _open(place, MAIN + EDGE, OPENDKIM + VERIFIES, values, files) as port:
        yield port


@contextmanager
def open_guests_postfix(
    place: Path,
    *,
    host: str,
    domain: str,
    maildir: Path,
    owner: int,
    signing: tuple[str, str],
    beyond: Mapping[str, int],
) -> Iterator[int]:
    """A mail server of guests: the port on which their programs hand mail over. Mail of the domain comes into
    ``maildir``, whose files belong to the user id ``owner``; the domains of ``beyond`` are reached at ports of this
    machine. ``signing``: the selector and the key (PEM) by which the milter signs mail of the domain."""
    selector, key = signing
    values = {"host": host, "domain": domain, "maildir": maildir, "owner": owner, "selector": selector}
    values["domains"] = " ".join(beyond)
    values["routes"] = ", ".join(f"{name}=smtp:[127.0.0.1]:{port}" for name, port in beyond.items())
    with _open(place, MAIN + GUESTS, OPENDKIM + SIGNS, values, {"dkim/key": key}) as port:
        yield port


@contextmanager
def _open(
    place: Path, main: str, milter_conf: str, values: Mapping[str, object], files: Mapping[str, str]
) -> Iterator[int]:
    (port,) = free_ports(1)
    values = {**values, "place": place, "port": port}
    for name in ("queue", "data", "dkim", "etc"):
        (place / name).mkdir(parents=True)
    place.chmod(0o755)
    os.chown(place / "data", pwd.getpwnam("postfix").pw_uid, -1)
    (place / "etc" / "main.cf").write_text(main.format(**values))
    (place / "etc" / "master.cf").write_text(MASTER.format(**values).lstrip())
    for name, text in {**files, "dkim/conf": milter_conf.format(**values)}.items():
        (place / name).write_text(text)
    (place / "dkim").chmod(0o755)
    milter = subprocess.Popen(["/usr/sbin/opendkim", "-f", "-x", place / "dkim" / "conf"])
    try:
        listening = (place / "dkim" / "socket").is_socket
        wait_until(lambda: listening() or milter.poll() is not None, what="opendkim listens")
        assert milter.poll() is None, "opendkim has ended"
        command = ["/usr/sbin/postfix", "-c", str(place / "etc")]
        subprocess.run([*command, "start"], check=True, capture_output=True, timeout=120)
        try:
            yield port
        finally:
            subprocess.run([*command, "stop"], check=True, capture_output=True, timeout=120)
    finally:
        milter.terminate()
        milter.wait(120)
