"""Questions about calendar objects: filters, time ranges, free/busy (RFC 4791, RFC 7953)."""
