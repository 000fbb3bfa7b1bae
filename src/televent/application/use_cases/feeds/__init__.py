"""Feeds and subscriptions, as people manage them and as others read them."""
