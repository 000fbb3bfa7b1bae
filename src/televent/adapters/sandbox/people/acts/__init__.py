"""The acts of people in their chats. Each act adds the update that Telegram would send to the bot."""
