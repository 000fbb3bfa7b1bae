"""Answers about events: their JSON, lists of them, changes, and answers that are kept while they are true."""
