"""One share, in a stream of the sharee's account."""
