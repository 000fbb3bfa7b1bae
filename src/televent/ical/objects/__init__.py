"""One calendar object: its values, its validity and the view of each reader."""
