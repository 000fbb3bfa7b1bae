"""How answers leave: encoded, streamed, or given again from memory."""
