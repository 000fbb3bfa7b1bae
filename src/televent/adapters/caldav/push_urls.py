"""The URLs of WebDAV-Push registrations, and the header Push-Dont-Notify that contains them
(draft-bitfire-webdav-push-00, §"Suppressing Notifications")."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from televent.adapters.caldav.tree import PUSH_PREFIX

MAX_NAMED: Final = 256
"""Max registrations that one Push-Dont-Notify header can name; the rest is ignored."""
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')


def registration_path(subscription_id: UUID) -> str:
    """The path of a registration."""
    return f"{PUSH_PREFIX}{subscription_id.hex}"


def dont_notify(header: str) -> tuple[UUID, ...] | None:
    """The registrations that a Push-Dont-Notify header names; () for ``*``, which means all of them. Invalid entries
    are ignored; None if no valid one is left."""
    if header.strip() == "*":
        return ()
    found = (_registration(re.sub(r"\\(.)", r"\1", quoted)) for quoted in _QUOTED.findall(header)[:MAX_NAMED])
    return tuple(each for each in found if each is not None) or None


def _registration(url: str) -> UUID | None:
    """The registration that an absolute URL names; None for another URL. The host, and a path before ours, are not
    compared: a server may have several names, and the id alone cannot be guessed."""
    try:
        place = urlsplit(url)
    except ValueError:
        return None
    prefix, slash, last = place.path.rpartition("/")
    if not place.scheme or not (prefix + slash).endswith(PUSH_PREFIX) or not re.fullmatch(r"[0-9a-f]{32}", last):
        return None
    return UUID(last)
