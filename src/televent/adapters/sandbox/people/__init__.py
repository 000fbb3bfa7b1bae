"""The other end of the chat: what people do, for a test or for the page."""
