"""Reads what people write about time: pure functions from a sentence to an event, in English and Russian."""
