"""The event store: deciders on the eventsourcing library."""
