"""Pages behind signed links, and the start page."""
