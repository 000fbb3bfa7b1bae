"""One share, in the stream of the sharee."""
