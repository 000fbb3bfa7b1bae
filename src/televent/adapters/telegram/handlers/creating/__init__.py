"""Creates events: from a sentence, from a forwarded message, or in a dialogue; nothing without a tap on Create."""
