"""A calendar collection: its name and properties, never its objects."""
