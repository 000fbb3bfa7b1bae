"""The domain: pure decisions about accounts, calendars, calendar objects and shares."""
