"""Forgets a person who was erased: their chat, their part of groups, their files, and the mails to and from them.

In the world outside, chats are at Telegram, where Televent cannot delete them. Here they are files of this machine.
"""

from __future__ import annotations

import binascii
import json
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

from litestar import post
from litestar.datastructures import State
from litestar.params import JSONBody

from televent.adapters.sandbox.botapi.people import DEFAULT_PEOPLE
from televent.adapters.sandbox.botapi.world import World
from televent.adapters.sandbox.mail.store import Mails
from televent.adapters.sandbox.people.cannot import CannotDo
from televent.application.accounts.erased_people import TELEGRAM

Json = dict[str, Any]
_FILE_ID = re.compile(r'"file_id": ?"([\w-]+)"')


@post("/sandbox/erased", status_code=200)
async def forget_erased(data: JSONBody[Json], state: State) -> Json:
    """Forget the person with these names: `salt` and `hashes` in hexadecimal (application.erased_people)."""
    try:
        salt = bytes.fromhex(data["salt"])
        hashes = {bytes.fromhex(each) for each in data["hashes"]}
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise CannotDo("salt and hashes must be hexadecimal", 400) from None

    def is_named(name: str) -> bool:
        return sha256(salt + name.encode()).digest() in hashes

    world: World = state.world
    people = [each for each in {*world.people, *world.chats} if is_named(f"{TELEGRAM}{each}")]
    for person_id in people:
        forget_person(world, person_id)
    state.calls.clear()
    return {"people": len(people), "mails": forget_mails(state.mails, is_named)}


def forget_person(world: World, person_id: int) -> None:
    """Deletes the person's chat, and everything that they did or sent; one of the invented people is as at first."""
    gone = world.chats.pop(person_id, None) or OrderedDict()
    for chat in world.chats.values():
        for entry in list(chat.values()):
            if (entry.message.get("from") or {}).get("id") == person_id:
                del chat[entry.id]
            else:
                entry.reactions.pop(str(person_id), None)
    for query in [each for each in world.queries.values() if each.person_id == person_id]:
        del world.queries[query.id]
    waiting = [each for each in world.updates.pending if f'"id": {person_id}' not in json.dumps(each)]
    world.updates.pending.clear()
    world.updates.pending.extend(waiting)
    world.actions.pop(person_id, None)
    kept = json.dumps([entry.message for chat in world.chats.values() for entry in chat.values()])
    used = set(_FILE_ID.findall(kept))
    files = set(_FILE_ID.findall(json.dumps([entry.message for entry in gone.values()])))
    for file_id in files - used:
        world.files.forget(file_id)
    first = next((each for each in DEFAULT_PEOPLE if each.id == person_id), None)
    if first is not None:
        world.save_person(replace(first))
    else:
        world.people.pop(person_id, None)
    world.compact()
    world.changed.notify()


def forget_mails(mails: Mails, is_named: Callable[[str], bool]) -> int:
    """Deletes the mails that the person wrote, or that went to nobody else; returns how many."""

    def theirs(address: str) -> bool:
        return is_named(address.strip("<>").lower())

    caught = mails.caught.values()
    gone = [each.id for each in caught if theirs(each.sender) or all(map(theirs, each.recipients))]
    for mail_id in gone:
        mails.forget(mail_id)
    return len(gone)


ROUTES = [forget_erased]
