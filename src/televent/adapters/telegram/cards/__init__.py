"""Cards: the messages that show an event, an invitation or a question, with their buttons."""
