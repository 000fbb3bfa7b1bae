"""The words of an event's texts, as a search finds them: whatever their case, accents and alphabet."""
