"""What every CalDAV request passes before a method runs."""
