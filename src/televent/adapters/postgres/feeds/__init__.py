"""The tables of feeds and subscriptions."""
