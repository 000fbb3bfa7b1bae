"""The command line: it starts Televent or one service, and runs the operator's commands.

Modules are imported inside the commands, so that ``televent --help`` does not wait for a web framework.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import rich_click as click
import structlog
from click.exceptions import Abort, ClickException, Exit

from televent.commands import (
    accounts,
    audit,
    backups,
    database,
    followers,
    gdpr,
    log_proofs,
    outbox,
    past,
    person_keys,
    postmaster,
    replaying,
    restoring,
    running,
    undoing,
)
from televent.settings import SettingsError

click.rich_click.USE_RICH_MARKUP = True
click.rich_click.COMMAND_GROUPS = {
    "televent": [
        {"name": "Run", "commands": ["up", "api", "bot", "worker", "mail", "sandbox"]},
        {"name": "People", "commands": ["account", "device", "gdpr", "import"]},
        {"name": "Past", "commands": ["show", "diff", "restore-calendar", "undo-device", "audit"]},
        {
            "name": "Store",
            "commands": [
                "migrate",
                "rebuild",
                "followers",
                "verify",
                "verify-log",
                "prove",
                "log",
                "keys",
                "trace",
                "outbox",
                "postmaster",
                "doctor",
                "backup",
                "backups",
                "restore",
                "after-restore",
            ],
        },
    ]
}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    default=None,
    help="Where the embedded PostgreSQL keeps its data (TELEVENT_DATA_DIR; default: ./data).",
)
@click.version_option(package_name="televent")
@click.pass_context
def cli(context: click.Context, data_dir: Path | None) -> None:
    """A calendar that lives in Telegram, syncs over CalDAV and exchanges real invitations by email."""
    context.obj = running.Chosen(data_dir)


for _command in (
    *running.COMMANDS,
    *accounts.COMMANDS,
    *database.COMMANDS,
    *replaying.COMMANDS,
    *log_proofs.COMMANDS,
    *past.COMMANDS,
    *outbox.COMMANDS,
    *followers.COMMANDS,
    *postmaster.COMMANDS,
    *person_keys.COMMANDS,
    *gdpr.COMMANDS,
    *backups.COMMANDS,
    *restoring.COMMANDS,
    *undoing.COMMANDS,
    *audit.COMMANDS,
):
    cli.add_command(_command)


def main() -> None:
    """Runs the command line. A mistake of the operator gives one clear line, never a traceback."""
    from televent.application.outage import Outage
    from televent.runtime.database import MISTAKE, TEMPORARY, OperatorError

    # A command may print JSON for another program: logs go elsewhere.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    # Data, keys and logs are for one account: nothing that Televent writes is open to others.
    os.umask(0o077)
    try:
        cli(standalone_mode=False)
    except Abort:
        sys.exit(130)
    except Exit as exit_:
        sys.exit(exit_.exit_code)
    except ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except OperatorError as error:
        click.echo(f"televent: {error}", err=True)
        sys.exit(error.exit_code)
    except SettingsError as error:
        click.echo(f"televent: {error}", err=True)
        sys.exit(MISTAKE)
    except Outage as outage:
        click.echo(f"televent: the database is {outage.name}: {outage}", err=True)
        sys.exit(TEMPORARY)
    except KeyboardInterrupt:
        sys.exit(130)
