"""iCalendar and iTIP as pure functions: RFC 5545, RFC 5546."""
