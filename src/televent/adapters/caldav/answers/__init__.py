"""Sends answers: compressed, streamed, or from the answer cache."""
