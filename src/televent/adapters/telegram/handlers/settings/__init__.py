"""The settings of a person: a menu with a button for each, and the same in words."""
