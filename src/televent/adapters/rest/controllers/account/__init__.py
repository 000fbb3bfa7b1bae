"""Controllers of an account: signing in, its keys and devices, its profile and its own data."""
