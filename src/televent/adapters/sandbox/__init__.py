"""A local stand-in for the Telegram Bot API with its people, and a mail catcher that can answer invitations."""
