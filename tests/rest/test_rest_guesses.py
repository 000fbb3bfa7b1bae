"""Guesses of a password from many machines, and the person whose account it is."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from rest.test_rest_sign_in import EMAIL, PASSWORD, give
from support.passwords import CHEAP_PASSWORDS
from support.rest import Reply, call, served
from televent.application.event_store.context import Context
from televent.application.use_cases.people.accounts import open_account, verify_address
from televent.domain.ids import AccountId
from televent.runtime.api import http_app
from televent.runtime.compose import build_core
from televent.settings import Settings

HOME = "192.0.2.1"
pytestmark = pytest.mark.own_database


@pytest.fixture
def port(database_url: str) -> Iterator[int]:
    """A server behind a proxy, with the product's limits and one person."""
    given: dict[str, Any] = {
        "DATABASE_URL": database_url,
        "TELEVENT_POOL_SIZE": 4,
        "TELEVENT_TRUSTED_PROXIES": "127.0.0.1",
    }
    core = build_core(Settings(**given), database_url, CHEAP_PASSWORDS)
    try:
        tenant = AccountId(uuid4())
        opened, verified = (Context(tenant, "operator", "cli", core.backend.clock(), uuid4(), "test") for _ in "ab")
        open_account(core.backend, opened, telegram_id=None, name="Ann")
        verify_address(core.backend, verified, address=EMAIL, code=None)
        give(core, tenant)
        with served(http_app(core, None)) as port:
            yield port
    finally:
        core.close()


def log_in(port: int, client: str, password: str, email: str = EMAIL) -> Reply:
    body = {"email": email, "password": password}
    return call(port, "POST", "/api/auth/login", body, X_Forwarded_For=client)


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
def test_guesses_from_many_machines_are_stopped_but_not_the_person_at_home(port: int, email: str) -> None:
    assert log_in(port, HOME, PASSWORD).status == 200
    answers: list[Reply] = []
    while not answers or answers[-1].problem() == "wrong-password":
        answers.append(log_in(port, f"198.51.100.{len(answers)}", "a wrong password", email))
        assert len(answers) < 200
    assert len(answers) > 40
    assert answers[-1].problem() == "too-many-requests"
    assert log_in(port, "203.0.113.9", "a wrong password", email).problem() == "too-many-requests"
    assert log_in(port, HOME, PASSWORD).status == 200
    assert log_in(port, "203.0.113.9", "a wrong password", "zed@example.com").problem() == "wrong-password"
