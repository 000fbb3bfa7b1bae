"""One bot for all conversations of a module; each test has people of its own."""

from collections.abc import Iterator

import pytest

from support.chat import MONDAY, Chats, open_chats


@pytest.fixture(scope="module")
def module_chats(module_database_url: str) -> Iterator[Chats]:
    """The bot that the conversations of a module share."""
    with open_chats(module_database_url) as chats:
        yield chats


@pytest.fixture
def chats(module_chats: Chats) -> Chats:
    """The bot. Its clock shows Monday, 2026-11-23 09:30 UTC."""
    module_chats.now = MONDAY
    return module_chats
