"""The steps before a CalDAV method runs: sign-in, preconditions, destinations and uploads."""
