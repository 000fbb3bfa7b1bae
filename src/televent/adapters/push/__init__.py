"""Web Push: how a message reaches a device that no connection is open to."""
