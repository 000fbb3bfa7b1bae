"""The operator erases a person by a command, which the audit keeps."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from support.followers import catch_up
from support.town import Town
from televent.cli import cli
from televent.runtime.compose import build_core
from televent.settings import load_settings

pytestmark = pytest.mark.own_database


def run(town: Town, place: Path, *words: str, says: str = "") -> Result:
    environment = {"DATABASE_URL": town.url, "TELEVENT_DATA_DIR": str(place)}
    return CliRunner().invoke(cli, ["gdpr", *words], env=environment, input=says)


@pytest.mark.parametrize("name", ["address", "telegram", "account"])
def test_a_person_is_erased_by_any_of_their_names(town: Town, tmp_path: Path, name: str) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    telegram = town.core.reads.account(ann.tenant)
    assert telegram is not None
    names = {"address": ann.address, "telegram": str(telegram.telegram_id), "account": str(ann.tenant)}
    done = run(town, tmp_path, "erase", names[name], "--now", "--yes", "--json")
    assert done.exit_code == 0, done.output
    assert str(ann.tenant) in done.output
    assert [each.tenant for each in town.core.reads.accounts()] == [bob.tenant]
    catch_up(town.core)
    with psycopg.connect(town.url) as connection:
        query = "SELECT actor, door FROM audit WHERE tenant_id = %s AND topic LIKE 'account-erased/%%'"
        assert connection.execute(query, (ann.tenant,)).fetchall() == [("operator", "cli")]


def test_who_does_not_confirm_erases_nobody(town: Town, tmp_path: Path) -> None:
    ann = town.person("ann")
    assert run(town, tmp_path, "erase", ann.address, "--now", says="n\n").exit_code != 0
    assert [each.tenant for each in town.core.reads.accounts()] == [ann.tenant]
    assert run(town, tmp_path, "erase", ann.address, "--now", says="y\n").exit_code == 0
    assert town.core.reads.accounts() == []


def test_erase_without_now_explains_and_does_nothing(town: Town, tmp_path: Path) -> None:
    ann = town.person("ann")
    done = run(town, tmp_path, "erase", ann.address, "--yes")
    assert done.exit_code == 2
    assert "televent gdpr request" in done.output
    assert "--now" in done.output
    assert [each.tenant for each in town.core.reads.accounts()] == [ann.tenant]


def test_a_request_is_listed_until_it_is_revoked(town: Town, tmp_path: Path) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    assert json.loads(run(town, tmp_path, "list", "--json").stdout) == []
    assert "Nobody" in run(town, tmp_path, "list").output
    asked = [json.loads(run(town, tmp_path, "request", each.address, "--json").stdout) for each in (ann, bob)]
    assert [each["account"] for each in asked] == [str(ann.tenant), str(bob.tenant)]
    assert json.loads(run(town, tmp_path, "request", ann.address, "--json").stdout) == asked[0]
    listed = json.loads(run(town, tmp_path, "list", "--json").stdout)
    assert [(each["account"], each["erased_at"]) for each in listed] == [
        (each["account"], each["erased_at"]) for each in asked
    ]
    assert "is kept" in run(town, tmp_path, "keep", ann.address).output
    assert "Nobody asked" in run(town, tmp_path, "keep", ann.address).output
    assert [each["account"] for each in json.loads(run(town, tmp_path, "list", "--json").stdout)] == [str(bob.tenant)]
    catch_up(town.core)
    with psycopg.connect(town.url) as connection:
        query = "SELECT topic, actor, door FROM audit WHERE tenant_id = %s AND topic LIKE 'erasure-%%' ORDER BY version"
        assert connection.execute(query, (ann.tenant,)).fetchall() == [
            ("erasure-requested/1", "operator", "cli"),
            ("erasure-revoked/1", "operator", "cli"),
        ]


def test_a_person_whom_a_restored_database_brought_back_is_erased_again(town: Town, tmp_path: Path) -> None:
    ann = town.person("ann")
    # The rows are those of a backup, and the key is destroyed already.
    town.core.keys.destroy(ann.tenant, town.now)
    assert run(town, tmp_path, "erase", ann.address, "--now", "--yes").exit_code == 0
    assert town.core.reads.accounts() == []


def test_an_unknown_person_is_named(town: Town, tmp_path: Path) -> None:
    done = run(town, tmp_path, "erase", "nobody@example.com", "--now", "--yes")
    assert "nobody@example.com" in str(done.exception)


def test_an_erasure_by_the_command_destroys_the_key_in_its_file(database_url: str, tmp_path: Path) -> None:
    keys = tmp_path / "person-keys"
    core = build_core(load_settings(pool_size=4, data_dir=tmp_path, person_keys=keys), database_url)
    try:
        town = Town(core, database_url)
        ann = town.person("ann")
        (file,) = keys.rglob("*.key")
        environment = {
            "DATABASE_URL": database_url,
            "TELEVENT_DATA_DIR": str(tmp_path),
            "TELEVENT_PERSON_KEYS": str(keys),
        }
        done = CliRunner().invoke(cli, ["gdpr", "erase", ann.address, "--now", "--yes"], env=environment)
        assert done.exit_code == 0, done.output
        assert b"destroyed" in file.read_bytes()
    finally:
        core.close()
