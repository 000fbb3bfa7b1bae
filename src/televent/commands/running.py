"""The commands that run Televent: all services, or one."""

from __future__ import annotations

import asyncio
import socket
import sys

import rich_click as click

from televent.commands import mail
from televent.runtime.database import Chosen, OperatorError

__all__ = ["COMMANDS", "Chosen"]

SERVICES = {
    "api": "REST, CalDAV and health on API_HOST:API_PORT, in API_WORKERS processes",
    "bot": "the Telegram bot, and its messages to chats",
    "worker": "the followers of the log, iTIP messages, outgoing mail",
    "mail": "the SMTP/LMTP listener for inbound mail",
    "sandbox": "a local substitute for Telegram, and a mail catcher",
}


BESIDE: dict[str, tuple[click.Command, ...]] = {"mail": mail.COMMANDS}
"""Commands below that of a service."""
MORE = {"mail": "Or, with a command: look at the mail that came in, and process it again."}


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="API port (API_PORT).")
@click.option("--host", default=None, help="API address (API_HOST).")
@click.pass_obj
def up(chosen: Chosen, port: int | None, host: str | None) -> None:
    """Start everything: embedded PostgreSQL, API and CalDAV, bot, worker, mail; and the sandbox where no bot token or
    no mail server is configured.

    Ports: API_PORT (3000), MAIL_LISTEN_PORT (2525); for the sandbox SANDBOX_PORT (3001, chat and mail pages) and
    SANDBOX_SMTP_PORT (3025). One that is not set and in use moves to the next free port, which the data directory
    keeps.
    """
    from televent.runtime.logs import set_up_logs
    from televent.runtime.up import run_everything

    settings = chosen.settings(api_port=port, api_host=host)
    set_up_logs(settings.log_level, settings.log_format)
    sys.exit(asyncio.run(run_everything(settings)))


def _service(names: tuple[str, ...], chosen: Chosen, descriptors: dict[str, int | None]) -> None:
    from televent.runtime.configuration.cores import api_processes
    from televent.runtime.logs import set_up_logs
    from televent.runtime.processes.allocator import share_arenas
    from televent.runtime.processes.preloading import import_whole
    from televent.runtime.up import run_services

    # Before the first thread: an arena that exists stays.
    share_arenas()
    settings = chosen.settings()
    if settings.database_url is None and names != ("sandbox",):
        raise OperatorError(
            "DATABASE_URL is not set. A single service needs it; `televent up` starts its own database."
        )
    set_up_logs(settings.log_level, settings.log_format)
    import uvloop

    alone = names == ("api",) and descriptors["ready_fd"] is None
    count = api_processes(settings, alone=True) if alone else 1
    if count > 1:
        from televent.runtime.api_processes import run_api_processes

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run_api_processes(settings, count))
        return
    for name in names:
        import_whole(name)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_services(settings, names, **descriptors))


def _command(name: str, help_text: str) -> click.Command:
    """The command of a service. One with commands of its own runs the service where none of them is given."""

    @click.option(
        "--with", "others", multiple=True, type=click.Choice(sorted(SERVICES)), help="Another service in this process."
    )
    @click.option("--ready-fd", type=int, hidden=True)
    @click.option("--lifeline-fd", type=int, hidden=True)
    @click.option("--listen-fd", type=int, hidden=True)
    @click.pass_context
    def command(context: click.Context, /, others: tuple[str, ...], **descriptors: int | None) -> None:
        if context.invoked_subcommand is None:
            _service((name, *others), context.obj, descriptors)

    help_text = f"Run one service: {help_text}."
    if name not in BESIDE:
        return click.command(name, help=help_text)(command)
    group = click.group(name, help=f"{help_text} {MORE[name]}", invoke_without_command=True)(command)
    for each in BESIDE[name]:
        group.add_command(each)
    return group


@click.command("fork-server", hidden=True)
@click.option("--control-fd", type=int, required=True)
@click.option("--service", "services", multiple=True, type=click.Choice(sorted(SERVICES)))
@click.pass_context
def fork_server(context: click.Context, control_fd: int, services: tuple[str, ...]) -> None:
    """Start services as copies of this process, for the supervisor of ``televent up``."""
    from televent.runtime.processes.fork_server import name_process, serve
    from televent.runtime.processes.preloading import preload

    arguments = serve(socket.socket(fileno=control_fd), services, preload)
    if arguments is not None:
        name_process(arguments)
        context.find_root().command.main(arguments, standalone_mode=False)


COMMANDS: tuple[click.Command, ...] = (
    up,
    fork_server,
    *(_command(name, text) for name, text in SERVICES.items()),
)
