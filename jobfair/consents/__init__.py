"""What people have agreed to, and taken back: a ledger that only grows."""
