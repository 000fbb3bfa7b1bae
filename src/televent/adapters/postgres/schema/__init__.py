"""Migrations, and the check of the store format."""
