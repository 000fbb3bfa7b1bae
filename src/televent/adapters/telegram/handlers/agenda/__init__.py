"""/today, /tomorrow, /week and /list: the calendars of a person, as text and as a picture."""
