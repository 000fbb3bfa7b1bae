"""/invite, /attendees and /freebusy: the other people of a meeting."""
