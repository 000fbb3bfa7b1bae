"""The people's side of the chat: their actions, for a test or for the page."""
