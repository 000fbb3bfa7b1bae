"""Facts that follow from the settings: addresses, signatures, and warnings for the operator."""
