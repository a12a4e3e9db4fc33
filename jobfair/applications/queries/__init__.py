"""Asking and writing the ledger: ``ledger`` (intake), ``receipts`` (applicants), ``desk``."""
