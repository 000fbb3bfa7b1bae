"""The address at which calendar apps reach this server, and from where they reach it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Reach:
    """``url`` ends with a slash, which KDE needs. ``by``: the operator has set the URL, so it holds for everybody it is
    for; or only devices in the network of this machine reach it; or only this machine does."""

    url: str
    by: Literal["everybody", "network", "machine"]
