"""Identities. Each is given from outside: nothing in the domain makes one up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType
from uuid import UUID

AccountId = NewType("AccountId", UUID)
"""A person's account; also the tenant of everything that person owns."""


@dataclass(frozen=True, slots=True)
class StreamKey:
    """Names one stream: whose it is, and which."""

    tenant: AccountId
    stream: UUID

    def __str__(self) -> str:
        return f"{self.tenant}/{self.stream}"

    @classmethod
    def parse(cls, text: str) -> StreamKey:
        """The inverse of ``str``; raises ValueError for anything else."""
        tenant, _, stream = text.partition("/")
        return cls(AccountId(UUID(tenant)), UUID(stream))


def account_stream(tenant: AccountId) -> StreamKey:
    """The stream of an account, which carries the account's own id."""
    return StreamKey(tenant, tenant)
