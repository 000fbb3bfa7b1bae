"""A test that reads the output of a command reads nothing else."""

import threading

import click
import structlog
from click.testing import CliRunner


def test_the_log_of_a_thread_does_not_come_among_what_a_command_prints() -> None:
    @click.command()
    def listing() -> None:
        working = threading.Thread(target=structlog.get_logger("intake").info, args=("mail",))
        working.start()
        working.join()
        click.echo("[]")

    assert CliRunner().invoke(listing).output == "[]\n"
