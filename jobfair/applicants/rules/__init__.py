"""What a NIK says, and what a profile must hold."""
