"""Resolves the host of a URL to public addresses only."""

from __future__ import annotations

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from televent.adapters.outward.addresses import is_public


class CheckedResolver(AbstractResolver):
    """Filters the addresses of another resolver. aiohttp connects to exactly these addresses and never resolves again,
    so a name cannot change between check and connection.

    ``anywhere`` allows private addresses.
    """

    def __init__(self, resolver: AbstractResolver, *, anywhere: bool) -> None:
        self._resolver = resolver
        self._anywhere = anywhere

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The allowed addresses. Raises OSError where there is none."""
        found = await self._resolver.resolve(host, port, family)
        if self._anywhere:
            return found
        allowed = [each for each in found if is_public(ipaddress.ip_address(str(each["host"]).partition("%")[0]))]
        if not allowed:
            raise OSError(f"{host} has no public address")
        return allowed

    async def close(self) -> None:
        """Closes the inner resolver."""
        await self._resolver.close()
