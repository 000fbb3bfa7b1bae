"""Webhooks and their deliveries, as people and programs manage them."""
