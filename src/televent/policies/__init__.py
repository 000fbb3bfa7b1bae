"""Policies: pure functions from facts to outbox messages, and the local delivery of iTIP messages."""
