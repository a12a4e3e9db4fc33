"""Asking for numbers: ``kept`` (live), ``recount`` (from the rows), ``frozen`` (after closing)."""
