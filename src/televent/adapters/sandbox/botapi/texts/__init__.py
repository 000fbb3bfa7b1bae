"""The text of a message: the markup that a bot sends, the entities that Telegram finds, and the HTML for a page."""
