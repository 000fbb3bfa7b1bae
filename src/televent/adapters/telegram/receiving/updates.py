"""Reads updates as Telegram sends them."""

from __future__ import annotations

from typing import Any

import structlog
from aiogram import Bot
from aiogram.types import Update
from pydantic import ValidationError

log = structlog.get_logger("televent.bot")


def update_of(bot: Bot, raw: dict[str, Any]) -> Update | None:
    """The update; None where aiogram cannot read it. Then the log says so, without the update's content.

    An update that nobody can read is passed over: Telegram would send it again and again, and no other after it.
    """
    try:
        return Update.model_validate(raw, context={"bot": bot})
    except ValidationError as error:
        places = [".".join(map(str, each["loc"])) for each in error.errors(include_input=False)[:5]]
        log.error("an update cannot be read", update_id=raw.get("update_id"), places=places)
        return None
