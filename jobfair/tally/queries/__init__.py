"""Numbers: ``counters`` (live), ``recount`` (from the rows), ``frozen`` (after the closing)."""
