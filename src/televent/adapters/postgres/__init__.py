"""Everything that is stored in PostgreSQL, and the embedded server."""
