"""The chat that a call names, and the methods about chats."""

import time
from typing import Any

from televent.adapters.sandbox.botapi.call import Call
from televent.adapters.sandbox.botapi.errors import bad_request
from televent.adapters.sandbox.botapi.people import Group, Person
from televent.adapters.sandbox.botapi.world import World

Json = dict[str, Any]

_ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip


def addressee(world: World, call: Call, name: str = "chat_id") -> Person | Group:
    """The person or group that the parameter names. Raises BotApiError."""
    chat_id = call.text(name)
    if not chat_id:
        raise bad_request(f"{name} is empty")
    try:
        return world.chat_for(int(chat_id))
    except ValueError:
        # A bot cannot name a person by @username.
        raise bad_request("chat not found") from None


def get_chat(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#getchat"""
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    more = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, True)}
    return {**addressee(world, call).chat(), **more}


def get_chat_member(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#getchatmember"""
    where = addressee(world, call)
    user_id = call.required_integer("user_id", "invalid user_id specified")
    if user_id == world.config.bot_id:
        return {"user": world.bot(), "status": "member"}
    person = world.people.get(user_id)
    if person is None:
        raise bad_request("member not found")
    inside = where.id == user_id if isinstance(where, Person) else where.members is None or user_id in where.members
    return {"user": person.user(), "status": "member" if inside else "left"}


def leave_chat(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#leavechat"""
    where = addressee(world, call)
    if not isinstance(where, Group):
        raise bad_request("chat member status can't be changed in private chats")
    where.kicked = True
    world.save_group(where)
    return True


def send_chat_action(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#sendchataction"""
    where = addressee(world, call)
    action = call.text("action") or ""
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.show_action(where.id, action)
    return True


def membership(world: World, where: Person | Group, who: Person, *, was: bool, now: bool) -> Json:
    """A ChatMemberUpdated about the bot: whether it was, and is now, a member of the chat."""
    bot = world.bot()
    member, kicked = {"user": bot, "status": "member"}, {"user": bot, "status": "kicked", "until_date": 0}
    return {
        "chat": where.chat(),
        "from": who.user(),
        "date": int(time.time()),
        "old_chat_member": member if was else kicked,
        "new_chat_member": member if now else kicked,
    }


METHODS = {
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "leavechat": leave_chat,
    "sendchataction": send_chat_action,
}
