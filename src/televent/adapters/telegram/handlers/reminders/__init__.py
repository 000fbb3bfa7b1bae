"""The buttons under a reminder."""
