"""What the outbox carries."""
