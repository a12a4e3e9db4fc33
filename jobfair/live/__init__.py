"""Live updates: feeds that render once and send to all, and sockets that end with a right."""
