"""Signing in at the REST door: tokens, cookies, API keys and Telegram's proof, and the scopes that each has."""
