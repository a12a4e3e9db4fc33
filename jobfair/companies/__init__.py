"""Companies that take part in an office's fairs."""
