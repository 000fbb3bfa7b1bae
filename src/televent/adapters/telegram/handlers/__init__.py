"""What the bot answers, by what it is about."""
