"""What the pages of several audiences have in common, and signing in."""
