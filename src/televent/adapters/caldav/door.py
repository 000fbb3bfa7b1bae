"""What every method works with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from televent.adapters.caldav.http import Request
from televent.adapters.caldav.properties.view import Person
from televent.application.context import Context
from televent.application.office import Office
from televent.domain.ids import AccountId

T = TypeVar("T")


class Run(Protocol):
    """Calls synchronous code in a bounded pool of threads: the only way from here to the application."""

    def __call__(self, function: Callable[..., T], *args: object) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Each takes a key, counts one against it and returns None, or the seconds after which to come again. Synchronous;
    called in threads."""

    client: Callable[[str], float | None]
    """By address of the client, before anything is known of it."""
    person: Callable[[str], float | None]
    """By account."""
    failure: Callable[[str], float | None]
    """By client and user name, for each failed sign-in."""


@dataclass(frozen=True, slots=True)
class Door:
    """The application behind the door."""

    office: Office
    run: Run

    def context(self, request: Request, person: Person) -> Context:
        """The circumstances of a command given in this request."""
        tenant = AccountId(person.account.tenant)
        return Context(
            tenant=tenant,
            actor=str(tenant),
            door="caldav",
            now=self.office.clock(),
            command_id=self.office.ids(),
            correlation_id=request.correlation_id,
        )
