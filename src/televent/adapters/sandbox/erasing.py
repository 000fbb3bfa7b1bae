"""Tells a sandbox whom to forget. It is a program of its own, which holds its files."""

from __future__ import annotations

import http.client
import json
from typing import Final

from televent.application.accounts.erased_people import ErasedPerson

TIMEOUT: Final = 30.0
"""Max seconds for the answer of a sandbox."""


class SandboxAway(Exception):
    """The sandbox did not forget the person. The message names nobody."""


def tell_sandbox(host: str, port: int, person: ErasedPerson) -> None:
    """Lets the sandbox at that address forget the person. Raises SandboxAway."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    hashes = sorted(each.hex() for each in person.hashes)
    body = json.dumps({"salt": person.salt.hex(), "hashes": hashes})
    try:
        connection.request("POST", "/sandbox/erased", body, {"Content-Type": "application/json"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise SandboxAway(f"the sandbox does not answer: {type(error).__name__}") from None
    finally:
        connection.close()
    if status != 200:
        raise SandboxAway(f"the sandbox answers {status}")
