"""Ids of accounts and streams. Callers pass every id in; the domain never generates one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType
from uuid import UUID

AccountId = NewType("AccountId", UUID)
"""A person's account; also the tenant of everything that person owns."""


@dataclass(frozen=True, slots=True)
class StreamKey:
    """Names one stream: the account that owns it, and the stream's id."""

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
    """The stream of an account; its id is the account's id."""
    return StreamKey(tenant, tenant)
