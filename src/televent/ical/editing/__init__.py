"""Makes calendar objects, and edits them line by line."""
