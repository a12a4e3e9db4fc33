"""Messages to people: stored with the act that causes them, delivered afterwards."""
