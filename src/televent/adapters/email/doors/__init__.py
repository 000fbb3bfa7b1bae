"""The doors for inbound mail. Each stores a mail as it came, answers for it, and leaves the rest to ``processing``."""
