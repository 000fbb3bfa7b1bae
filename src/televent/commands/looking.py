"""Notes what operators look at: each command that shows what belongs to people, whose it was, who asked, and when.

``opened`` notes every command that names no person, as one that shows everybody's; ``find_account`` notes the person.
So a new command is noted without a line of its own. A command that shows nothing of people is named in IMPERSONAL.
"""

from __future__ import annotations

import getpass
import socket
from typing import TYPE_CHECKING, Final

import rich_click as click
from click.core import ParameterSource

if TYPE_CHECKING:
    from televent.runtime.compose import Core

PERSONS: Final = ("who", "account", "user", "person")
"""The parameters that name a person; ``find_account`` gets them."""
IMPERSONAL: Final = frozenset(
    {
        "account add",
        "followers list",
        "followers restart",
        "keys rotate",
        "log consistency",
        "log heads",
        "log key",
        "log restart",
        "log versions",
        "outbox drop",
        "outbox requeue",
        "verify-log",
    }
)
"""Commands that show ids, numbers and hashes at most; and one that notes its person itself."""
_NOTED: Final = "televent.looking.noted"


def note_opening(core: Core) -> None:
    """Notes the command that runs, unless it names a person or shows nothing of people. Raises Outage."""
    from televent.application.accounts.audit_rows import EVERYBODY

    context = click.get_current_context(silent=True)
    if context is None or _path(context) in IMPERSONAL or any(context.params.get(each) for each in PERSONS):
        return
    note(core, EVERYBODY)


def note(core: Core, tenant: object) -> None:
    """Notes that the command that runs shows what belongs to this account; once for each. Raises Outage."""
    from televent.adapters.postgres.reports.audit_reading import AuditReading
    from televent.application.accounts.audit_rows import Looked

    context = click.get_current_context(silent=True)
    if context is None or tenant in (noted := context.meta.setdefault(_NOTED, set())):
        return
    noted.add(tenant)
    looked = Looked(core.backend.clock(), tenant, _os_user(), socket.gethostname(), _words(context))  # type: ignore[arg-type]
    AuditReading(core.pool).note(looked)


def _path(context: click.Context) -> str:
    """The command without the name of the program."""
    return context.command_path.partition(" ")[2]


def _words(context: click.Context) -> str:
    """The command with the names of its options. Their values may be people's data."""
    given = [
        max(option.opts, key=len)
        for option in context.command.params
        if isinstance(option, click.Option)
        and option.name is not None
        and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    ]
    return " ".join([_path(context), *given])


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
