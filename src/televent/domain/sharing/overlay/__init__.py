"""A sharee's own parts of a shared event."""
