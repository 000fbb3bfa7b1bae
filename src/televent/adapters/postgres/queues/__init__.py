"""The outbox, and the tables of inbound mail, cards and push subscriptions."""
