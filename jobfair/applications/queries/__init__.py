"""Eligibility and writing the ledger: ``ledger`` (intake), ``receipts`` (applicants), ``desk``."""
