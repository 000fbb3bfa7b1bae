"""Updates from Telegram: polled or posted, kept, and handled once."""
