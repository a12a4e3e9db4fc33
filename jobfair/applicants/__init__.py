"""People with a profile, and their sealed NIK."""
