"""The Telegram bot: its handlers, its texts, and the outbox's handler for chats."""
