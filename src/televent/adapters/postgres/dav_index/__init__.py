"""The inline read models on PostgreSQL: how they are written and read."""
