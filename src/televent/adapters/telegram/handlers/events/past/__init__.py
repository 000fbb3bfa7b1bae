"""The changes of one event in the chat: each with its actor and its cause."""
