"""How processes are put together."""
