"""Names become addresses that a push may go to: the connection goes to the very address that was looked at."""

from __future__ import annotations

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from televent.adapters.push.addresses import is_public


class CheckedResolver(AbstractResolver):
    """Only what may be connected to. What is connected to is exactly what was looked at: nothing resolves again."""

    def __init__(self, resolver: AbstractResolver, *, anywhere: bool) -> None:
        self._resolver = resolver
        self._anywhere = anywhere

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError where nothing is left."""
        found = await self._resolver.resolve(host, port, family)
        if self._anywhere:
            return found
        allowed = [each for each in found if is_public(ipaddress.ip_address(str(each["host"]).partition("%")[0]))]
        if not allowed:
            raise OSError(f"{host} has no public address")
        return allowed

    async def close(self) -> None:
        """With the session that uses it."""
        await self._resolver.close()
