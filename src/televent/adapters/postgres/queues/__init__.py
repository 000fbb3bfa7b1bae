"""The outbox, and the tables of inbound mail, living messages in chats, and push subscriptions."""
