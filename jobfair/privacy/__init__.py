"""One's own data: who looked at it, a copy of it, and an end to it."""
