"""An erased person is not named in the delivery logs and kept answers of others; those about other people stay."""

from uuid import uuid4

import psycopg
import pytest

from support.town import Person, Town
from televent.application.use_cases.people.accounts import erase_account

pytestmark = pytest.mark.own_database


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


def logged(town: Town, bob: Person, *bodies: tuple[str, str]) -> None:
    """Deliveries of a webhook of Bob's and kept answers, each with its state and its body."""
    webhook, now = uuid4(), town.now
    with psycopg.connect(town.url) as connection:
        connection.execute(
            "INSERT INTO webhook (tenant_id, webhook_id, url, description, types, secrets, created_at, why)"
            " VALUES (%s, %s, 'https://example.com/', '', '{}', '', %s, '')",
            (bob.tenant, webhook, now),
        )
        for state, body in bodies:
            connection.execute(
                "INSERT INTO webhook_delivery"
                " (tenant_id, delivery_id, webhook_id, event_id, type, body, created_at, state)"
                " VALUES (%s, %s, %s, %s, 'rsvp.given', %s, %s, %s)",
                (bob.tenant, uuid4(), webhook, uuid4(), body, now, state),
            )
            connection.execute(
                "INSERT INTO idempotency_key (tenant_id, key, request, status, headers, body, made_at)"
                " VALUES (%s, %s, '', 201, '{}', %s, %s)",
                (bob.tenant, str(uuid4()), body.encode(), now),
            )


def test_only_what_names_the_person_goes(town: Town, bob: Person) -> None:
    ann = town.person("ann")
    told, other = '{"email": "ann@example.com", "name": "Änn"}', '{"email": "joann@example.com"}'
    logged(town, bob, ("delivered", told), ("failed", told.upper()), ("pending", told), ("delivered", other))
    erase_account(town.core.backend, ann.context())
    with psycopg.connect(town.url) as connection:
        left = connection.execute("SELECT state, body FROM webhook_delivery ORDER BY 1").fetchall()
        answers = connection.execute("SELECT convert_from(body, 'UTF8') FROM idempotency_key").fetchall()
    assert left == [("delivered", other), ("pending", told)]
    assert answers == [(other,)]
