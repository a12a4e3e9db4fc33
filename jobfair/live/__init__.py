"""Live updates: names of topics, and feeds that render once and send to all."""
