"""Consumers of the log: their positions, their batches, rebuilds."""
