"""Run with the peers' own interpreter: what fills their stores without going through their doors."""
