"""The application: the event store, messages, read models and use cases."""
