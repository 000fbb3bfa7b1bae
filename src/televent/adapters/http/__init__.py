"""The HTTP front that every adapter over HTTP shares: routing, health checks and connection limits."""
