"""The parameters of a request that waits for news."""

from typing import Annotated

from litestar.params import QueryParameter

MAX_WAIT = 30.0
"""Max seconds that a request may wait."""
After = Annotated[int, QueryParameter(ge=0)]
Wait = Annotated[float, QueryParameter(ge=0, le=MAX_WAIT)]
