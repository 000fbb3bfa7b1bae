"""Calendar objects made and changed line by line."""
