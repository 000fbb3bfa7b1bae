"""Content lines, values and the tree of components: RFC 5545 §3.1 to §3.4."""
