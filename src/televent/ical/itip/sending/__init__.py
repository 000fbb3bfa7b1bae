"""From a change of one copy to the iTIP messages it owes (RFC 6638 §3.2)."""
