"""Places by which people name their time zone: cities, countries, abbreviations and offsets, in every language."""
