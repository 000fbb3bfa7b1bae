"""Calendar texts from outside that our reader cannot read: vCalendar 1.0, and what only vobject understands."""
