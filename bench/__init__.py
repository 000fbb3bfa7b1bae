"""What Televent measures of itself, beside its peers: ``make bench``."""
