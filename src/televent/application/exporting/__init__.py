"""All that is held on a person, as an archive for them, and what another installation takes from it (ADR 81)."""
