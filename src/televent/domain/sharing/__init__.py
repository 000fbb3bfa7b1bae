"""Who else may see or change a calendar."""
