"""From a change of one copy to the iTIP messages that it causes (RFC 6638 §3.2)."""
