"""The lines of events in agendas, in the plan of the day, and in reminders that come together."""
