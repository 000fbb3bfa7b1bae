"""What one calendar object says: its values, whether it is valid, what each reader sees of it."""
