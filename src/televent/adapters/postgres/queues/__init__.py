"""The outbox and the tables of work beside it: mail, cards, push subscriptions."""
