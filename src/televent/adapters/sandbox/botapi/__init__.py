"""A stand-in for the Telegram Bot API (https://core.telegram.org/bots/api), as a bot sees it over HTTP."""
