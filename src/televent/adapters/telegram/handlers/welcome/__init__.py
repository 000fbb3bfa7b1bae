"""The first conversation with a person: time zone, address, who may ask when they are busy; and /timezone."""
