"""An erased person is gone from the sandbox, too: from its chats, files and mails; everybody else's stay."""

import asyncio
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiosmtplib
import psycopg
import pytest

from support.running import free_ports
from support.sandbox import ANN, BOB, Control, sandbox_control
from support.town import Town
from televent.adapters.sandbox.erasing import SandboxAway, tell_sandbox
from televent.application.accounts.erased_people import TELEGRAM, ErasedPerson
from televent.application.use_cases.people.accounts import erase_account
from televent.domain.ids import AccountId
from televent.runtime.workers.grace import forget_one

SALT = b"salt"
WORDS = (b"pelican", b"osprey", b"heron", b"ann@example.net")


def erased(*names: str) -> ErasedPerson:
    hashes = frozenset(sha256(SALT + name.encode()).digest() for name in names)
    return ErasedPerson(AccountId(uuid4()), SALT, hashes)


def holding(directory: Path, *words: bytes) -> set[bytes]:
    """The words that some file has."""
    files = [path.read_bytes().lower() for path in directory.rglob("*") if path.is_file()]
    return {word for word in words if any(word in file for file in files)}


async def tell(control: Control, person: ErasedPerson) -> None:
    await asyncio.to_thread(tell_sandbox, "127.0.0.1", control.sandbox.web_port, person)


async def mail(control: Control, sender: str, *recipients: str) -> None:
    content = f"From: {sender}\r\nTo: {', '.join(recipients)}\r\nSubject: heron\r\n\r\nheron\r\n".encode()
    where: dict[str, Any] = {"hostname": "127.0.0.1", "port": control.sandbox.smtp_port, "start_tls": False}
    await aiosmtplib.send(content, sender=sender, recipients=list(recipients), **where)


def test_chats_files_and_mails_of_the_erased_are_gone(tmp_path: Path) -> None:
    async def steps() -> None:
        async with sandbox_control(state_dir=tmp_path) as control:
            await control.say(ANN, "/start pelican")
            await control.say(BOB, "/start plover")
            await control.post(
                f"/sandbox/people/{ANN}/files", name="osprey.txt", mime_type="text/plain", base64="b3NwcmV5"
            )
            await mail(control, "noreply@televent.app", "ann@example.net")
            await mail(control, "ann@example.net", "bob@example.com")
            assert holding(tmp_path, *WORDS, b"plover") == {*WORDS, b"plover"}
            await tell(control, erased(f"{TELEGRAM}{ANN}", "ann@example.net"))
            assert holding(tmp_path, *WORDS, b"plover") == {b"plover"}
            assert (await control.get(f"/sandbox/people/{ANN}/messages"))["messages"] == []
            assert await control.get("/sandbox/mails") == []
            # It is done twice: in the passes of one erasure.
            await tell(control, erased(f"{TELEGRAM}{ANN}", "ann@example.net"))
            await control.say(ANN, "/start again")
        async with sandbox_control(state_dir=tmp_path) as control:
            texts = [each["text"] for each in (await control.get(f"/sandbox/people/{ANN}/messages"))["messages"]]
            assert texts == ["/start again"]
            assert (await control.get(f"/sandbox/people/{BOB}/messages"))["messages"] != []

    asyncio.run(steps())


def test_a_mail_that_went_to_others_too_stays_with_them(tmp_path: Path) -> None:
    async def steps() -> None:
        async with sandbox_control(state_dir=tmp_path) as control:
            await mail(control, "noreply@televent.app", "ann@example.net", "bob@example.com")
            await tell(control, erased("ann@example.net"))
            assert len(await control.get("/sandbox/mails")) == 1

    asyncio.run(steps())


def test_a_malformed_request_changes_nothing(tmp_path: Path) -> None:
    async def steps() -> None:
        async with sandbox_control(state_dir=tmp_path) as control:
            await control.say(ANN, "/start pelican")
            for body in ({}, {"salt": "x", "hashes": []}, {"salt": "", "hashes": [1]}, {"salt": None, "hashes": None}):
                assert (await control.http.post("/sandbox/erased", json=body)).status_code == 400
            assert holding(tmp_path, b"pelican")

    asyncio.run(steps())


@pytest.mark.own_database
def test_a_sandbox_that_is_away_is_asked_each_day(town: Town, tmp_path: Path) -> None:
    (free_port,) = free_ports(1)
    ann = town.person("ann")
    core = replace(
        town.core,
        settings=town.core.settings.model_copy(
            update={"data_dir": tmp_path, "sandbox_host": "127.0.0.1", "sandbox_port": free_port}
        ),
    )
    core.backend.clock = lambda: town.now
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "sandbox" / "telegram.jsonl").write_text("")
    erase_account(core.backend, ann.context())
    with pytest.raises(SandboxAway):
        tell_sandbox("127.0.0.1", free_port, erased())
    assert forget_one(core)
    with psycopg.connect(town.url) as connection:
        assert connection.execute("SELECT pass, whole FROM erased_person").fetchone() == (2, True)
