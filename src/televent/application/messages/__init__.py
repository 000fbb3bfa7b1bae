"""Messages of the outbox: typed, named and versioned, one file per door."""
