"""The log as the live stream reads it."""
