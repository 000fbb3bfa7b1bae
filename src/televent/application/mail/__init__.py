"""Mail that comes in, as every door for mail hands it over."""
