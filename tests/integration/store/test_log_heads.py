"""Heads of the log: signed, published in a file and to witnesses, each once, and not for a torn history."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result

from support.log_tree import grow_whole
from support.post import open_other_server, run_on
from support.town import UID, Person, Town, meeting
from televent.adapters.email.outgoing.connections import SmtpRoute
from televent.adapters.email.outgoing.log_heads import HeadMails
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.adapters.log_heads.files import append, filed, last_filed
from televent.adapters.log_heads.keys import BadKey, signing_key
from televent.adapters.log_heads.posting import HeadPoster, WitnessAway
from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.log_tree import growth
from televent.adapters.postgres.log_tree.growth import grow
from televent.adapters.postgres.log_tree.tiles import PostgresTiles, state_of
from televent.application.log_proof.merkle import consistency, consistent, root
from televent.application.log_proof.note import read
from televent.application.messages.log_head import LogHeadMail, LogHeadPost
from televent.application.messages.outbox import Claimed, GiveUp
from televent.cli import cli
from televent.runtime.workers.log_keeper import TornHistory, audit_log, heads_file, key_file, publish, set_aside

pytestmark = pytest.mark.own_database
GUIDE = Path(__file__).parents[3] / "docs/how-to/prove-the-log.md"
WITNESSES = ("auditor@example.org", "http://127.0.0.1:9/heads")


@pytest.fixture
def ann(town: Town, tmp_path: Path) -> Person:
    settings = {"data_dir": tmp_path, "log_seconds": 600, "log_witnesses": WITNESSES}
    town.core.settings = town.core.settings.model_copy(update=settings)
    return town.person("ann")


def tend(town: Town) -> None:
    """Does the work of a worker, which it does every ten seconds."""
    grow_whole(town.core.pool)
    publish(town.core, town.now)


def sizes(town: Town) -> list[int]:
    key = signing_key(key_file(town.core.settings)).public_key()
    return [read(each.text, key).size for each in filed(heads_file(town.core.settings))]


def owed(town: Town) -> list[Claimed]:
    return list(town.core.outbox.claim(town.now + timedelta(hours=1), kinds=(LogHeadMail, LogHeadPost)))


def test_a_head_for_new_events_at_most_every_ten_minutes(town: Town, ann: Person) -> None:
    tend(town)
    first = state_of(town.core.pool).size
    assert sizes(town) == [first]
    ann.put(meeting(people=()))
    tend(town)
    assert sizes(town) == [first]
    town.now += timedelta(minutes=10)
    tend(town)
    second = state_of(town.core.pool).size
    assert sizes(town) == [first, second]
    town.now += timedelta(minutes=10)
    tend(town)
    assert sizes(town) == [first, second]
    assert len(owed(town)) == 4
    tiles = PostgresTiles(town.core.pool)
    assert consistent(first, second, root(tiles, first), root(tiles, second), consistency(tiles, first, second))


def test_the_file_of_each_machine_has_every_head(town: Town, ann: Person, tmp_path: Path) -> None:
    tend(town)
    one = heads_file(town.core.settings)
    town.core.settings = town.core.settings.model_copy(
        update={"data_dir": tmp_path / "other", "log_key": key_file(town.core.settings)}
    )
    tend(town)
    assert one.read_bytes() == heads_file(town.core.settings).read_bytes()
    assert len(owed(town)) == 2


def test_a_note_that_a_crash_cut_off_is_written_again(town: Town, ann: Person) -> None:
    tend(town)
    file = heads_file(town.core.settings)
    whole = file.read_bytes()
    for length in (len(whole) - 1, len(whole) - 30, 20, 0):
        file.write_bytes(whole[:length])
        tend(town)
        assert file.read_bytes() == whole
    assert audit_log(town.core).findings == []


def test_the_last_note_of_a_long_file(tmp_path: Path) -> None:
    notes = [f"log\n{number}\nroot\n\n— log AAAA\n" for number in range(2000)]
    append(tmp_path / "heads", notes)
    assert last_filed(tmp_path / "heads") == notes[-1]
    assert [each.text for each in filed(tmp_path / "heads")] == notes
    assert filed(tmp_path / "heads")[7].line == 36


def test_a_torn_history_is_not_signed(town: Town, ann: Person) -> None:
    tend(town)
    with town.core.pool.connection() as connection:
        connection.execute("DELETE FROM log_head")
        connection.execute("DELETE FROM log_tile")
        connection.execute("UPDATE log_tree SET size = 0, position = 0")
        connection.execute("DELETE FROM event WHERE position = (SELECT max(position) FROM event)")
    town.now += timedelta(hours=1)
    with pytest.raises(TornHistory, match="televent log restart"):
        tend(town)
    kept = set_aside(heads_file(town.core.settings), town.now)
    tend(town)
    assert kept is not None
    assert kept.exists()
    assert sizes(town) == [state_of(town.core.pool).size]


def test_two_processes_let_the_tree_grow(town: Town, ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page is added once, by the process that reads it first."""
    monkeypatch.setattr(growth, "PAGE", 3)
    for number in range(20):
        ann.put(meeting(people=(), uid=f"{number}@example.com"), f"{number}.ics")

    def work() -> None:
        for _ in range(200):
            grow(town.core.pool, PostgresLog(town.core.pool))

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    town.now += timedelta(hours=1)
    tend(town)
    assert audit_log(town.core).findings == []


def test_a_key_that_cannot_sign(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("none")
    with pytest.raises(BadKey, match="key"):
        signing_key(tmp_path / "key")
    made = signing_key(tmp_path / "made")
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o600
    assert made.private_bytes_raw() == signing_key(tmp_path / "made").private_bytes_raw()


def test_a_witness_with_a_mailbox(town: Town, ann: Person) -> None:
    tend(town)
    (message,) = (each for each in owed(town) if isinstance(each.message, LogHeadMail))
    with open_other_server() as other:
        mailer = SmtpMailer(SmtpRoute("127.0.0.1", other.port, tls="none"))
        handler = HeadMails(mailer, "noreply@televent.app", "televent.app", lambda: town.now)
        run_on(other.loop, handler.handle(message))
        (mail,) = other.mails
    assert mail.recipients == ["auditor@example.org"]
    assert f"Subject: Head of the log: {sizes(town)[0]} events" in mail.raw.decode()


@pytest.fixture
def witness() -> Iterator[tuple[str, list[bytes], list[int]]]:
    """A URL, what was posted to it, and the statuses that it answers with."""
    posted: list[bytes] = []
    answers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(answers.pop(0) if answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/heads", posted, answers
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_witness_with_a_url(town: Town, ann: Person, witness: tuple[str, list[bytes], list[int]]) -> None:
    url, posted, answers = witness
    town.core.settings = town.core.settings.model_copy(update={"log_witnesses": (url,)})
    tend(town)
    (message,) = owed(town)
    answers += [503, 403, 302]
    with pytest.raises(WitnessAway, match="503"):
        asyncio.run(HeadPoster().handle(message))
    for status in ("403", "302"):
        with pytest.raises(GiveUp, match=status):
            asyncio.run(HeadPoster().handle(message))
    asyncio.run(HeadPoster().handle(message))
    assert posted == [heads_file(town.core.settings).read_bytes()] * 4


def test_nobody_is_there(town: Town, ann: Person) -> None:
    tend(town)
    (message,) = (each for each in owed(town) if isinstance(each.message, LogHeadPost))
    with pytest.raises(WitnessAway, match="does not answer"):
        asyncio.run(HeadPoster().handle(message))


def run(town: Town, *words: str) -> Result:
    settings = town.core.settings
    environment = {"DATABASE_URL": town.url, "TELEVENT_DATA_DIR": str(settings.data_dir)}
    return CliRunner().invoke(cli, words, env=environment)


def test_a_stranger_checks_a_proof(town: Town, ann: Person, tmp_path: Path) -> None:
    """With the script of the guide, another process, and nothing of ours."""
    ann.put(meeting(people=()))
    tend(town)
    done = run(town, "prove", UID, "--account", ann.address)
    assert done.exit_code == 0, done.output
    (tmp_path / "proof.json").write_text(done.stdout)
    (script,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert len(script.splitlines()) <= 50
    (tmp_path / "check.py").write_text(script)
    key = run(town, "log", "key").stdout.strip()

    def check(name: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(tmp_path / "check.py"), str(tmp_path / name), key]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    good = check("proof.json")
    assert good.returncode == 0, good.stderr
    assert f"stream {ann.tenant}/" in good.stdout
    proof = json.loads(done.stdout)
    for changes in (
        {"leaf": proof["leaf"].replace("door", "Door", 1)},
        {"index": proof["index"] + 1},
        {"path": [*proof["path"], "00" * 32]},
        {"head": proof["head"].replace("\n", "x\n", 1)},
    ):
        (tmp_path / "bad.json").write_text(json.dumps({**proof, **changes}))
        assert check("bad.json").returncode == 1, changes


def test_what_cannot_be_proven(town: Town, ann: Person) -> None:
    ann.put(meeting(people=()))
    for words, sentence in (
        (("prove", UID), "--account"),
        (("prove", "nobody@example.com", "-a", ann.address), "There is no event"),
        (("prove", f"{ann.tenant}/{ann.tenant}#1"), "No head is published yet"),
        (("prove", f"{ann.tenant}/{ann.tenant}#77"), "There is no event"),
        (("prove", "x/y#z"), "STREAM#VERSION"),
        (("prove", "7"), "There is no event"),
        (("prove", "9" * 30), "There is no event"),
    ):
        done = run(town, *words)
        assert done.exit_code == 1
        assert sentence in str(done.exception)


def test_the_commands(town: Town, ann: Person) -> None:
    tend(town)
    first = sizes(town)[0]
    assert run(town, "log", "heads").stdout.encode() == heads_file(town.core.settings).read_bytes()
    done = run(town, "verify-log")
    assert done.exit_code == 0
    assert "Nothing was changed." in done.output
    assert json.loads(run(town, "log", "consistency", "1", str(first)).stdout)["second"] == first
    assert run(town, "log", "consistency", "1", "999999").exit_code == 1
    with town.core.pool.connection() as connection:
        connection.execute("UPDATE event SET actor = 'x' WHERE version = 1")
    done = run(town, "verify-log", "--json")
    assert done.exit_code == 1
    assert {each["kind"] for each in json.loads(done.stdout)["findings"]} == {"altered"}
    assert "it is not what was recorded" in run(town, "verify-log").output
    assert run(town, "log", "restart", "--yes").exit_code == 0
