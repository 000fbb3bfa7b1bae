"""Real calendar programs that know Televent by mail only."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from interop.by_mail import evolution, thunderbird
from interop.by_mail.program import Program
from interop.by_mail.story import play
from interop.by_mail.town import Mailbox, open_town
from interop.places import LOGS
from interop.result import Result, skipped
from interop.server import Site
from support import postfix

Opened = Callable[[Path, Path, Mailbox], AbstractContextManager[Program]]


def thunderbird_by_mail(site: Site) -> list[Result]:
    """Debian's Thunderbird, headless, with a mailbox. It starts a Televent of its own."""
    name = "Thunderbird, invitations by mail"
    if not shutil.which("thunderbird"):
        return [skipped(name, "thunderbird is not installed: make setup-interop, as root on Debian")]
    return [_played(name, thunderbird.opened)]


def evolution_by_mail(site: Site) -> list[Result]:
    """Evolution's data server, with a mailbox. It starts a Televent of its own."""
    name = "Evolution-Data-Server, invitations by mail"
    if why := evolution.absent():
        return [skipped(name, why)]
    return [_played(name, evolution.opened)]


def _played(name: str, opened: Opened) -> Result:
    if why := postfix.absent():
        return skipped(name, why)
    LOGS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="televent-mail-") as folder:
        place = Path(folder)
        # The mail servers run as users of their own.
        place.chmod(0o755)
        log = LOGS / f"{name.partition(',')[0].lower()}-by-mail.log"
        try:
            with open_town(place) as town, opened(place / "program", log, town.mailbox) as program:
                found = play(f"{program.name} {program.version}, invitations by mail", town, program)
                if found.short:
                    (LOGS / f"{log.stem}-mails.log").write_text(town.mails())
                return found
        except Exception as error:
            return Result(name, total=1, wanted=1, short=[f"it did not start: {type(error).__name__}: {error}"[:300]])
