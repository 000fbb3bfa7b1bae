"""Mails to people here who have no chat: news of their meetings, with links to answer."""
