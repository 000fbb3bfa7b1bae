"""The account in the path of what a person has: their own id, or ``me``.

Such a path must have the parameter also where nobody uses an id: the router does not go back from a fixed ``me`` to
a parameter beside it.
"""

from __future__ import annotations

from typing import Annotated, Final

from litestar.params import Parameter

from televent.adapters.rest.signing_in.auth import Person
from televent.application.refusals import UnknownAccount

ME: Final = "me"
Whose = Annotated[str, Parameter(description="The own account's id, or `me`.")]


def check_own(signed_in: Person, user_id: str) -> None:
    """Lets people at what is theirs only. Raises UnknownAccount for any other id, known or not."""
    if user_id.lower() not in (ME, str(signed_in.tenant)):
        raise UnknownAccount()
