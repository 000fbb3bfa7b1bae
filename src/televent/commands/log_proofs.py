"""The operator's commands about the proof of the log: verify it, prove one event, and what publishes its heads."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from televent.commands.accounts import find_account, opened, show
from televent.commands.postmaster import safe
from televent.runtime.database import Chosen, OperatorError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from televent.domain.ids import StreamKey
    from televent.runtime.compose import Core

SHOWN = 200
"""Max findings that are printed; JSON has all."""


@click.command("verify-log")
@click.option("--heads", "files", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Published heads from elsewhere, such as a witness; more than one may be given.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def verify_log(chosen: Chosen, files: tuple[Path, ...], as_json: bool) -> None:
    """Verify the log: name each event that was altered, moved, removed or inserted behind Televent's back.

    The events are compared with the Merkle tree, and the tree with the heads that were published. Events after the
    newest head are proven by the tree and their chains alone. Writes go on meanwhile.
    """
    from rich.console import Console
    from rich.progress import Progress

    from televent.adapters.postgres.event_store.verify import broken_chains
    from televent.runtime.workers.log_keeper import audit_log

    with opened(chosen) as core, Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("comparing events", total=None)
        _key(core)
        audited = audit_log(
            core, files, lambda done, total: progress.update(task, completed=done, total=max(done, total))
        )
        task = progress.add_task("verifying chains", total=None)
        checked, broken = broken_chains(
            core.pool, lambda done, total: progress.update(task, completed=done, total=total)
        )
    named = {each.place.partition("#")[0] for each in audited.findings}
    chains = [str(each) for each in broken if str(each) not in named]
    value = {
        "events": audited.events, "leaves": audited.leaves, "proven_by_heads": audited.proven, "chains": checked,
        "findings": [asdict(each) for each in audited.findings], "broken_chains": chains,
    }  # fmt: skip
    lines = [
        f"{audited.events} events compared; the published heads prove the first {audited.proven}; "
        f"{checked - audited.events} newer events are proven by their chains alone."
    ]
    lines += [safe(_line(**asdict(each))) for each in audited.findings[:SHOWN]]
    if len(audited.findings) > SHOWN:
        lines.append(f"… and {len(audited.findings) - SHOWN} more (--json prints all)")
    lines += [f"chain     stream {each}: its hash chain is broken" for each in chains]
    if len(lines) == 1:
        lines.append("Nothing was changed.")
    show(value, as_json, lines)
    if audited.findings or chains:
        sys.exit(1)


def _line(kind: str, position: int | None, place: str, detail: str) -> str:
    where = " ".join(part for part in (f"position {position}" if position is not None else "", place) if part)
    return f"{kind:<9} {where + ': ' if where else ''}{detail}"


@click.command()
@click.argument("event")
@click.option("--account", "-a", default=None, help="Whose copy, for a UID: account, Telegram id, address.")
@click.pass_obj
def prove(chosen: Chosen, event: str, account: str | None) -> None:
    """Print a proof, as JSON, that EVENT stands in the published log; anybody can check it without this server.

    EVENT is a position of the log, STREAM#VERSION as verify-log names it, or the UID of a calendar event: its newest
    change.
    """
    from televent.adapters.postgres.log_tree.proofs import NotPublished, prove_event

    with opened(chosen) as core:
        key, version = _event(core, event, account)
        try:
            proof = prove_event(core.pool, key, version)
        except NotPublished as error:
            raise OperatorError(str(error)) from error
        value = {**asdict(proof), "key": _verifier(core)}
    show(value, True, [])


@click.group("log")
def log_group() -> None:
    """The published heads of the log."""


@log_group.command("key")
@click.pass_obj
def log_key(chosen: Chosen) -> None:
    """Print the public key of the heads. Give it to everybody who checks proofs."""
    with opened(chosen) as core:
        click.echo(_verifier(core))


@log_group.command("heads")
@click.pass_obj
def log_heads(chosen: Chosen) -> None:
    """Print all published heads, the oldest first."""
    from televent.adapters.postgres.log_tree.heads import after

    with opened(chosen) as core:
        for _, note in after(core.pool, 0):
            click.echo(note, nl=False)


@log_group.command("consistency")
@click.argument("first", type=click.IntRange(min=1))
@click.argument("second", type=click.IntRange(min=1))
@click.pass_obj
def log_consistency(chosen: Chosen, first: int, second: int) -> None:
    """Print the proof (RFC 6962 §2.1.2) that the log of FIRST events is the start of that of SECOND."""
    from televent.adapters.postgres.log_tree.tiles import PostgresTiles, state_of
    from televent.application.log_proof.merkle import consistency

    with opened(chosen) as core:
        size = state_of(core.pool).size
        if not first <= second <= size:
            raise OperatorError(f"FIRST must not be above SECOND, nor SECOND above {size}, the size of the tree.")
        path = consistency(PostgresTiles(core.pool), first, second)
    show({"first": first, "second": second, "path": [each.hex() for each in path]}, True, [])


@log_group.command("restart")
@click.confirmation_option(prompt="Heads that were published after the restored state no longer fit. Go on?")
@click.pass_obj
def log_restart(chosen: Chosen) -> None:
    """After a restore of an older state: keep this machine's file of heads under another name, and begin a new one.

    The kept file, and every witness, still show what was published before.
    """
    from televent.runtime.workers.log_keeper import heads_file, set_aside

    with opened(chosen) as core:
        kept = set_aside(heads_file(core.settings), core.backend.clock())
    click.echo(f"The heads are kept in {kept}." if kept is not None else "There is no file of heads.")


def _key(core: Core) -> Ed25519PrivateKey:
    from televent.adapters.log_heads.keys import BadKey, signing_key
    from televent.runtime.workers.log_keeper import key_file

    try:
        return signing_key(key_file(core.settings))
    except (BadKey, OSError) as error:
        raise OperatorError(str(error)) from error


def _verifier(core: Core) -> str:
    from televent.application.log_proof.note import verifier
    from televent.runtime.workers.log_keeper import origin

    return verifier(origin(core.settings), _key(core).public_key())


def _event(core: Core, name: str, account: str | None) -> tuple[StreamKey, int]:
    """The stream and version of what the operator named. Raises OperatorError."""
    from televent.adapters.postgres.log_tree.proofs import at_position, newest_version
    from televent.domain.ids import StreamKey

    found: tuple[StreamKey, int] | None = None
    if name.isascii() and name.isdigit():
        found = at_position(core.pool, int(name))
    elif "#" in name and "/" in name:
        stream, _, number = name.rpartition("#")
        try:
            found = (StreamKey.parse(stream), int(number))
        except ValueError:
            raise OperatorError(f"{name!r} is no STREAM#VERSION.") from None
    else:
        if account is None:
            raise OperatorError("A UID is not enough: several people may have a copy. Name one with --account.")
        tenant = find_account(core, account).tenant
        row = core.reads.latest_by_uid(tenant, name)
        if row is not None:
            key = StreamKey(tenant, row.stream_id)
            found = (key, newest_version(core.pool, key))
    if found is None:
        raise OperatorError(f"There is no event {name!r}.")
    return found


COMMANDS: tuple[click.Command, ...] = (verify_log, prove, log_group)
