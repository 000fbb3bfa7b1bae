"""Processes of one installation: started as copies, given their sockets, watched and stopped together."""
