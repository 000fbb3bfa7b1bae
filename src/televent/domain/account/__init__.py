"""A person's account: who they are, how they are reached, which devices may sign in."""
