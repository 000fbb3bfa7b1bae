"""Every refusal has a status and a sentence in every language at the REST door."""

import pytest
from litestar.handlers import HTTPRouteHandler

from televent.adapters.rest.app import CONTROLLERS
from televent.adapters.rest.errors import OUTAGES, STATUSES, TABLE, every_problem, name_of
from televent.adapters.rest.problems import sentence
from televent.adapters.rest.signing_in.scopes import SCOPE, SIGNED_IN, Scope
from televent.application import refusals
from televent.application.outage import Outage
from televent.domain.refusal import every_refusal
from televent.wording.texts import LANGUAGES


def test_every_refusal_has_a_status() -> None:
    known = {refusal for refusal in every_refusal() if refusal.__module__.startswith("televent.")}
    assert known - set(TABLE) == set()


def test_every_outage_has_a_problem() -> None:
    assert set(OUTAGES) == set(Outage.__subclasses__())
    assert set(OUTAGES.values()) <= set(STATUSES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_a_sentence(language: str) -> None:
    assert all(sentence(name, language).endswith(".") for name in every_problem())


def test_a_refusal_and_a_problem_of_http_never_share_a_name() -> None:
    assert {name_of(refusal) for refusal in TABLE} & set(STATUSES) == set()
    assert name_of(refusals.UnknownCalendar) == "unknown-calendar"


def test_every_operation_for_signed_in_people_names_its_scope() -> None:
    handlers = [
        handler for each in CONTROLLERS for handler in vars(each).values() if isinstance(handler, HTTPRouteHandler)
    ]
    closed = [each for each in handlers if each.opt.get(SIGNED_IN) or each.security]
    assert closed
    assert [each.operation_id for each in closed if not isinstance(each.opt.get(SCOPE), Scope)] == []
    assert [each.operation_id for each in closed if not (each.opt.get(SIGNED_IN) and each.security)] == []
