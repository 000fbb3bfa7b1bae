"""Secrets that were revoked after a backup do not count in a restored database: keys, passwords, feeds, webhooks."""

from __future__ import annotations

import base64
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from support.dav import Site
from support.house import House
from support.rest import call
from televent.adapters.backups.register import KeyUse, Register
from televent.adapters.person_keys.revoked import FileRevocations
from televent.application.event_store.context import Context
from televent.application.feeds.given import digest
from televent.application.outage import Outage
from televent.application.revocations import Revocation
from televent.application.use_cases.feeds.give_feed import end_feed, give_feed
from televent.application.use_cases.people.api_keys import add_key, owner_of, revoke_key
from televent.application.use_cases.people.devices import add_device, revoke_device
from televent.application.use_cases.people.sign_in import set_password
from televent.application.use_cases.webhooks.manage import create_webhook, delete_webhook
from televent.domain.ids import AccountId
from televent.runtime.compose import now
from televent.runtime.revocations import prune_register

EMAIL = "ann@example.com"
KEPT, GONE = "seven green bicycles", "nine yellow bicycles"


@dataclass
class Secrets:
    """One secret of each kind, and who has them."""

    tenant: AccountId
    key: bytes
    key_id: UUID
    device: str
    device_id: UUID
    calendar_id: UUID
    feed: str
    feed_id: UUID
    webhook_id: UUID

    def counting(self, site: Site) -> set[str]:
        """The kinds of those that count."""
        core = site.core
        login = f"Basic {base64.b64encode(f'{EMAIL}:{self.device}'.encode()).decode()}"
        asked = {
            "api-key": owner_of(core.backend, self.key) is not None,
            "device": call(site.port, "OPTIONS", f"/caldav/{self.tenant}/", Authorization=login).status == 200,
            "feed": core.backend.feeds.at(digest(self.feed)) is not None,
            "password": signs_in(site, GONE),
            "webhook": core.backend.webhooks.one(self.tenant, self.webhook_id) is not None,
        }
        return {kind for kind, counts in asked.items() if counts}

    def revoke(self, site: Site) -> None:
        backend = site.core.backend
        revoke_key(backend, context(site, self.tenant), key_id=self.key_id)
        revoke_device(backend, context(site, self.tenant), device_id=self.device_id)
        end_feed(backend, context(site, self.tenant), calendar_id=self.calendar_id, feed_id=self.feed_id)
        delete_webhook(backend, context(site, self.tenant), webhook_id=self.webhook_id)
        set_password(backend, context(site, self.tenant), password=KEPT, code=None, keep=None)


ALL = {"api-key", "device", "feed", "password", "webhook"}


def context(site: Site, tenant: AccountId) -> Context:
    return Context(tenant, str(tenant), "rest", site.core.backend.clock(), uuid4(), "test")


def signs_in(site: Site, password: str) -> bool:
    return call(site.port, "POST", "/api/auth/login", {"email": EMAIL, "password": password}).status == 200


def secrets_of(site: Site, tenant: AccountId) -> Secrets:
    """New secrets of the person, one of each kind."""
    backend = site.core.backend
    (calendar,) = backend.reads.calendars(tenant)
    key = add_key(backend, context(site, tenant), name="script", scopes=["calendars:read"], expires_at=None)
    device = add_device(backend, context(site, tenant), name="phone")
    feed = give_feed(
        backend, context(site, tenant), calendar_id=calendar.calendar_id, content="full", description="",
        secret=(secret := uuid4().hex),
    )  # fmt: skip
    hook = create_webhook(
        backend, context(site, tenant), url="https://example.com/hook", types=[], description="", secret=os.urandom(24)
    )
    set_password(backend, context(site, tenant), password=GONE, code=None, keep=None)
    return Secrets(
        tenant, key.key, key.row.key_id, device.password, device.device_id, calendar.calendar_id, secret, feed.feed_id,
        hook.webhook_id,
    )  # fmt: skip


@pytest.mark.parametrize("lost", [False, pytest.param(True, marks=pytest.mark.long)])
def test_what_was_revoked_since_the_backup_does_not_count_again(tmp_path: Path, lost: bool) -> None:
    house = House(tmp_path / "data", tmp_path / "backups")
    with house.open() as site:
        ann = site.person(101, "Ann", EMAIL)
        gone, kept = secrets_of(site, ann.tenant), secrets_of(site, ann.tenant)
        assert gone.counting(site) == kept.counting(site) == ALL
        made = house.done("backup")
        gone.revoke(site)
        assert gone.counting(site) == set()
        # The register is copied beside the keys of backups, so that it outlives this machine.
        house.done("backup")
    variables = {}
    if lost:
        copy = tmp_path / "safe-master-key"
        shutil.copy(house.data / "master-key", copy)
        shutil.rmtree(house.data)
        variables["TELEVENT_MASTER_KEY_FILE"] = str(copy)
    report = house.done("restore", made["name"], "--to-backup", "--data-dir", str(tmp_path / "new"), **variables)
    assert report["revoked"] == dict.fromkeys(ALL, 1)
    assert "1 API keys, 1 device passwords, 1 feeds, 1 passwords, 1 webhooks" in " ".join(report["notes"])
    new = House(tmp_path / "new", tmp_path / "other")
    if lost:
        shutil.copy(copy, new.data / "master-key")
    with new.open() as site:
        assert gone.counting(site) == set()
        # The password is one for the account: they set another with a code by mail.
        assert kept.counting(site) == ALL - {"password"}
        with site.core.pool.connection() as connection:
            query = "SELECT actor FROM event WHERE tenant_id = %s AND topic LIKE '%%-revoked/1'"
            assert connection.execute(query, [ann.tenant]).fetchall() == [("operator",)] * 2
        # A restore of the restored house finds them as well.
        registered = FileRevocations(new.data / "person-keys" / "revoked").all()
        assert {each.kind for each in registered} == ALL


@pytest.mark.own_database
def test_a_database_that_was_restored_by_other_means_is_given_the_register(site: Site, tmp_path: Path) -> None:
    house, register = House(tmp_path / "data", tmp_path / "backups"), FileRevocations(tmp_path / "keys" / "revoked")
    ann = site.person(101, "Ann", EMAIL)
    gone, kept = secrets_of(site, ann.tenant), secrets_of(site, ann.tenant)
    register.note(Revocation("api-key", ann.tenant, gone.key_id), now())
    register.note(Revocation("feed", ann.tenant, gone.feed_id), now())
    # Somebody who is not here, and a secret that another account has.
    register.note(Revocation("device", AccountId(uuid4()), gone.device_id), now())
    register.note(Revocation("webhook", AccountId(uuid4()), gone.webhook_id), now())
    words = ("after-restore", "--yes")
    report = house.done(*words, DATABASE_URL=site.core.conninfo)
    assert report["revoked"] == {}
    assert "No register of revocations is kept here" in report["notes"][-1]
    report = house.done(*words, DATABASE_URL=site.core.conninfo, TELEVENT_PERSON_KEYS=str(tmp_path / "keys"))
    assert report["revoked"] == {"api-key": 1, "feed": 1}
    assert gone.counting(site) == ALL - {"api-key", "feed"}
    assert kept.counting(site) == ALL
    again = house.done(*words, DATABASE_URL=site.core.conninfo, TELEVENT_PERSON_KEYS=str(tmp_path / "keys"))
    assert again["revoked"] == {}


@pytest.mark.own_database
def test_nothing_is_revoked_that_the_register_does_not_have(site: Site, tmp_path: Path) -> None:
    ann = site.person(101, "Ann", EMAIL)
    secrets, backend = secrets_of(site, ann.tenant), site.core.backend
    (tmp_path / "taken").write_text("a file is in the way")
    backend.revocations = FileRevocations(tmp_path / "taken")
    with pytest.raises(Outage, match="no revocation can be kept"):
        revoke_key(backend, context(site, ann.tenant), key_id=secrets.key_id)
    assert secrets.counting(site) == ALL


@pytest.mark.own_database
def test_ids_that_are_no_secrets_of_the_person_are_not_kept(site: Site, tmp_path: Path) -> None:
    ann, backend = site.person(101, "Ann", EMAIL), site.core.backend
    register = FileRevocations(tmp_path / "revoked")
    backend.revocations = register
    secrets = secrets_of(site, ann.tenant)
    stranger = Secrets(ann.tenant, b"", uuid4(), "", uuid4(), secrets.calendar_id, "", uuid4(), uuid4())
    bearer = {"Authorization": f"Bearer {login_of(site)}"}
    for path, name in (
        (f"/api/keys/{stranger.key_id}", "unknown-api-key"),
        (f"/api/webhooks/{stranger.webhook_id}", "unknown-webhook"),
        (f"/api/calendars/{secrets.calendar_id}/feeds/{stranger.feed_id}", "unknown-feed"),
        (f"/api/users/me/devices/{stranger.device_id}", "unknown-device"),
    ):
        assert call(site.port, "DELETE", path, **bearer).problem() == name, path
    assert register.all() == set()
    assert call(site.port, "DELETE", f"/api/keys/{secrets.key_id}", **bearer).status == 204
    assert register.all() == {Revocation("api-key", ann.tenant, secrets.key_id)}


def login_of(site: Site) -> str:
    token: str = call(site.port, "POST", "/api/auth/login", {"email": EMAIL, "password": GONE}).json["access_token"]
    return token


def test_a_register_is_copied_once_and_its_old_days_are_forgotten(tmp_path: Path) -> None:
    here, there = FileRevocations(tmp_path / "here"), FileRevocations(tmp_path / "there")
    old, new = (Revocation("feed", AccountId(uuid4()), uuid4()) for _ in "ab")
    here.note(old, datetime(2026, 10, 1, 23, 30, tzinfo=UTC))
    here.note(new, datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
    here.note(new, datetime(2026, 11, 23, 9, 31, tzinfo=UTC))
    (tmp_path / "here" / "2026-11-23" / "unknown.thing").touch()
    assert [here.copy_to(there), here.copy_to(there)] == [2, 0]
    assert there.all() == here.all() == {old, new}
    assert [here.prune(date(2026, 10, 2)), here.prune(date(2026, 10, 2))] == [1, 0]
    assert here.all() == {new}


def test_a_revocation_is_kept_while_an_older_backup_is_there(tmp_path: Path) -> None:
    house, moment = House(tmp_path / "data", tmp_path / "backups"), now()
    with house.open() as site:
        register = FileRevocations(house.data / "person-keys" / "revoked")
        revoked = Revocation("feed", AccountId(uuid4()), uuid4())
        register.note(revoked, moment - timedelta(days=50))
        uses = Register(house.backups.with_name("backups.keys"))
        older = KeyUse(uuid4(), moment - timedelta(days=51), "base/older")
        uses.note(older)
        uses.note(KeyUse(uuid4(), moment - timedelta(days=1), "base/younger"))
        assert (prune_register(site.core, moment), register.all()) == (0, {revoked})
        uses.drop(older)
        assert (prune_register(site.core, moment), register.all()) == (1, set())
