"""Webhooks: signs and sends what happened to the programs that asked for it."""
